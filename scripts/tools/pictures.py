"""Draws the pictures of docs/model.md from the batch lake: make pictures

Occupancy by hospital over the run, emergency arrivals by weekday and hour, and lengths of stay
against their configured curves. It runs in the tests' image, the only one with matplotlib.
"""

import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from numpy.typing import NDArray

from hospital.config.fields import Spread
from pipeline.lakes import batch_lake
from pipeline.run import config_store
from pipeline.settings import ConfigOverlay, Environment, read

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SIZE_INCHES = (9.6, 4.2)
DOTS_PER_INCH = 110
# The encounter of a patient who was in hospital when the run began; its readmission ends in -R1.
BEFORE_THE_RUN = r"-X\d+-\d+$"


class PicturesSettings(Environment):
    configs_dir: Path
    config_overlay: ConfigOverlay = ""
    batch_lake_dir: Path


def main(directory: Path) -> None:
    """Draw all pictures into `directory`."""
    settings = read(PicturesSettings)
    plt.style.use("tableau-colorblind10")
    mpl.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "font.size": 10})
    draw_occupancy(read_dataset(settings, "bed_census"), directory / "occupancy.png")
    draw_arrivals(read_dataset(settings, "registrations"), directory / "arrivals.png")
    specialties = read_dataset(settings, "admissions")[["encounter_id", "specialty"]]
    stays = read_dataset(settings, "discharges").merge(specialties, on="encounter_id")
    files = config_store.read_files(settings.configs_dir, settings.config_overlay)
    simulation = files.content["simulation"]
    draw_stays(stays, simulation["length_of_stay_days"], directory / "length-of-stay.png")


def read_dataset(settings: PicturesSettings, dataset: str) -> pd.DataFrame:
    """All rows of a dataset that every day but day zero has."""
    days = batch_lake.published_days(settings.batch_lake_dir)[1:]
    directories = (batch_lake.day_directory(settings.batch_lake_dir, day) for day in days)
    return pd.concat([pd.read_csv(directory / f"{dataset}.csv") for directory in directories])


def draw_occupancy(census: pd.DataFrame, path: Path) -> None:
    """Draw occupied beds as a share of the open ones, per hospital: the mean of seven days."""
    days = census.groupby(["census_date", "hospital_id"])[["occupied", "capacity"]].sum()
    share = (100 * days["occupied"] / days["capacity"]).unstack("hospital_id")
    share.index = pd.to_datetime(share.index)
    figure, axes = plt.subplots(figsize=SIZE_INCHES, layout="constrained")
    axes.plot(share.rolling(7).mean(), label=list(share.columns), linewidth=1.2)
    axes.axhline(85, color="grey", linewidth=0.8, linestyle="--")
    axes.set(ylabel="occupied beds, % of open beds", ylim=(60, 105))
    axes.set_title("Occupancy by hospital, seven-day mean", loc="left")
    axes.legend(frameon=False, ncols=3, loc="lower right")
    save(figure, path)


def draw_arrivals(registrations: pd.DataFrame, path: Path) -> None:
    """Draw emergency arrivals in an hour, by weekday and hour: the mean over the run."""
    arrivals = registrations[~registrations["encounter_id"].str.contains(BEFORE_THE_RUN)]
    emergency = arrivals[arrivals["source"] == "emergency"]
    at = pd.to_datetime(emergency["registered_at"])
    count = pd.crosstab(at.dt.day_of_week, at.dt.hour)
    count = count.reindex(range(7), columns=range(24), fill_value=0)
    weeks = at.dt.date.nunique() / 7
    figure, axes = plt.subplots(figsize=SIZE_INCHES, layout="constrained")
    picture = axes.imshow(count / weeks, aspect="auto", cmap="viridis")
    axes.set(yticks=range(7), yticklabels=WEEKDAYS)
    axes.set(xticks=range(0, 24, 2), xlabel="hour of the day")
    axes.set_title("Emergency arrivals in an hour, all hospitals", loc="left")
    axes.spines[:].set_visible(False)
    figure.colorbar(picture, ax=axes, label="arrivals")
    save(figure, path)


def draw_stays(stays: pd.DataFrame, configured: dict[str, Any], path: Path) -> None:
    """Draw lengths of stay per specialty as bars, the configured lognormal as a line."""
    # The admission of stays that began before the run is given as its first second.
    whole = stays[~stays["encounter_id"].str.contains(BEFORE_THE_RUN)]
    length = pd.to_datetime(whole["discharged_at"]) - pd.to_datetime(whole["admitted_at"])
    days = length.dt.total_seconds() / 86_400
    edges, points = np.arange(0, 21, 1.0), np.linspace(0.1, 20, 400)
    figure, panels = plt.subplots(
        1, len(configured), figsize=SIZE_INCHES, layout="constrained", sharey=True
    )
    for axes, (specialty, curve) in zip(panels, configured.items(), strict=True):
        part = days[whole["specialty"] == specialty]
        axes.hist(part, edges, weights=np.full(len(part), 100 / len(part)), color="lightsteelblue")
        density = lognormal(points, *Spread.model_validate(curve).logarithmic)
        axes.plot(points, 100 * density, color="black")
        title = f"{specialty}\nmean {part.mean():.1f}, configured {curve['mean']:g}"
        axes.set_title(title, fontsize=9)
        axes.set(xlabel="days", xlim=(0, 20))
    panels[0].set_ylabel("% of stays per day of length")
    save(figure, path)


def lognormal(days: NDArray[np.float64], mu: float, sigma: float) -> NDArray[np.float64]:
    """The density of a length in days whose logarithm is normal with `mu` and `sigma`."""
    exponent = -((np.log(days) - mu) ** 2) / (2 * sigma**2)
    density: NDArray[np.float64] = np.exp(exponent) / (days * sigma * np.sqrt(2 * np.pi))
    return density


def save(figure: Figure, path: Path) -> None:
    """Write the picture, the same bytes for the same run."""
    figure.savefig(path, dpi=DOTS_PER_INCH, metadata={"Software": None})
    print(path.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
