"""Shows the hospitals and their pipeline in a browser: docker compose --profile dashboard up -d

It only reads: Postgres as the analyst, and what `status` looks at. A source is asked only while a
page is open, and once for all pages.
"""

import logging
import sys

from nicegui import app, core, ui
from starlette.middleware.trustedhost import TrustedHostMiddleware

from figures.shared import Shared
from figures.tables import Tables
from monitoring.look import Observer
from pages import frame, now, patient, pipeline, years
from pages.site import Site
from pipeline import logs
from pipeline.broker.topics import read_topics
from pipeline.logs import Message
from pipeline.settings import ConfigurationError, DashboardSettings, read

LOOK_SECONDS = 2.0

log = logging.getLogger("dashboard")


def main() -> int:
    """Serve the pages until told to stop; return the exit code."""
    try:
        settings = read(DashboardSettings)
        topics = read_topics(settings.configs_dir)
    except (ConfigurationError, OSError) as refusal:
        print(f"cannot start: {refusal}", file=sys.stderr)
        return 2
    logs.configure(settings.log_level, settings.log_format)
    # What the library says of a broker that is away is on the pages.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    observer = Observer(settings, topics)
    site = Site(settings, topics, Shared(observer.look, LOOK_SECONDS), Tables(settings))
    for page in (now, years, pipeline, patient):
        page.add(site)
    ui.add_css(frame.STYLE, shared=True)
    guard(settings.dashboard_hosts.split(","))
    log.info(Message("serving the dashboard", hosts=settings.dashboard_hosts))
    ui.run(
        host="0.0.0.0",
        port=settings.dashboard_port,
        title="Hospitals",
        favicon="🏥",
        language="en-US",
        dark=None,
        reload=False,
        show=False,
        show_welcome_message=False,
        tailwind=False,
        timeout_graceful_shutdown=3,
    )
    return 0


def guard(hosts: list[str]) -> None:
    """Answer only requests for one of these hosts, and sockets only to pages of ours.

    Otherwise a page of any site, open in the same browser, could read the dashboard.
    """
    # Compose's health check asks for this machine.
    allowed = {"127.0.0.1", *(host.strip() for host in hosts)}
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=sorted(allowed))
    # The library takes any origin; without a list, only that of the host that was asked.
    core.sio.eio.cors_allowed_origins = None


@app.get("/health")
def health() -> str:
    """Answer Compose's health check without building a page."""
    return "well"


if __name__ == "__main__":
    sys.exit(main())
