"""ECharts is taken out of the NiceGUI package as a script that stands alone."""

from pathlib import Path

import pytest

from summary import echarts


def test_the_bundle_that_is_installed_becomes_one_script() -> None:
    script = echarts.script()
    assert script.rpartition(";const echarts=")[2].rstrip(";").isidentifier()
    assert "export{" not in script
    assert "sourceMappingURL" not in script
    assert "</script" not in script


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of a package's bundle."""
    dist = tmp_path / "somepackage" / "elements" / "echart" / "dist"
    dist.mkdir(parents=True)
    (tmp_path / "somepackage" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    (dist / "index.js").write_text(
        'import{aS as a,aT as r}from"./index-X.js";export{a as echarts,r as loadEchartsGL};\n'
    )
    (dist / "index-X.js").write_text(
        "var zK=1,q=2;export{q as aT,zK as aS};\n//# sourceMappingURL=x\n"
    )
    return dist


def test_the_exported_name_is_followed_to_the_inner_one(package: Path) -> None:
    assert echarts.script("somepackage") == "var zK=1,q=2;const echarts=zK;"


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("index.js", "export default 1;"),
        ("index-X.js", "var a;"),
        ("index-X.js", "var a='</script>';export{a as aS};"),
        ("index-X.js", "var a;export{a as b};"),
    ],
)
def test_another_bundle_is_refused(package: Path, file: str, content: str) -> None:
    (package / file).write_text(content)
    with pytest.raises(LookupError, match=r"bundle|index"):
        echarts.script("somepackage")


def test_a_package_that_is_not_there_is_named() -> None:
    with pytest.raises(LookupError, match="nosuchpackage: not installed"):
        echarts.script("nosuchpackage")
