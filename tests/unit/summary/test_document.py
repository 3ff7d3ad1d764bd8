"""The report is one file that asks nothing of the outside, whatever it tells."""

import json
import re

import pytest

from summary import document
from summary.document import Section

CHART = {"series": [{"name": "</script><script>alert(1)</script>", "data": [1, None]}]}


def written(*sections: Section) -> str:
    return document.page("A run", sections, "const echarts={};")


def test_a_section_has_a_heading_words_a_table_and_a_chart_with_a_name() -> None:
    page = written(Section("Beds", "Half are taken.", "<table></table>", {"series": []}))
    assert "<h2>Beds</h2>" in page
    assert "<p>Half are taken.</p>" in page
    assert 'role="region" aria-label="Beds, in figures"><table></table></div>' in page
    assert 'id="chart-0" role="img" aria-label="Beds: Half are taken."' in page
    assert page.count("<h1>") == 1


def test_each_chart_has_the_options_of_its_own_section() -> None:
    page = written(Section("A", "a"), Section("B", "b", chart=CHART), Section("C", "c", chart={}))
    [options] = re.findall(r'id="options">(.*?)</script>', page)
    assert json.loads(options) == {"chart-1": CHART, "chart-2": {}}
    assert page.count('class="chart"') == 2


def test_no_name_ends_a_script() -> None:
    assert written(Section("A", "a", chart=CHART)).count("</script>") == 2


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '" onload="x', "a & b"])
def test_words_are_text_and_never_markup(text: str) -> None:
    page = document.page(text, [Section(text, text, chart={})], "")
    assert text not in page


def test_a_browser_is_told_to_ask_nobody() -> None:
    page = written(Section("A", "a"))
    assert "default-src 'none'" in page
    assert not re.search(r"https?://|url\(|@import|\b(?:src|href)=", page)
