"""What the READMEs say is what the code does."""

import re
from pathlib import Path

import pytest

from chargepoint.dialects.v16.configuration import Configuration
from chargepoint.ocpp.v16 import ConfigurationKey
from tests.support import tables
from tests.support.bench import Bench

PROJECT = Path(__file__).parents[1]
READMES = [PROJECT / "README.md", *sorted(PROJECT.glob("*/README.md")), *sorted(PROJECT.glob("*/*/README.md"))]
LINK = re.compile(r"\[[^\]]+\]\((?!https?://)([^)#\s]*)(?:#([^)\s]*))?\)")


def anchors(text: str) -> set[str]:
    """The headings of a page as GitHub names them in links."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", tables.TABLES)
def test_a_table_is_the_one_that_the_code_makes(name: str) -> None:
    """Else: python -m tests.support.tables."""
    assert tables.in_readme(name) == tables.TABLES[name]()


def test_every_action_of_the_standard_has_its_place_in_the_table() -> None:
    assert tables.listed_actions() == tables.all_actions()


def test_every_key_that_is_not_of_the_standard_itself_is_explained() -> None:
    section = tables.README.read_text().split("## Configuration keys")[1].split("\n## ")[0]
    keys = [entry.key.name for entry in Configuration.of(Bench().spec, {}).entries()]
    missing = [name for name in keys if name not in set(ConfigurationKey) and f"`{name}`" not in section]
    assert missing == []


@pytest.mark.parametrize("name", ["AuthorizationKey", "SecurityProfile", "CpoName", "CertificateStoreMaxLength"])
def test_the_keys_of_the_security_whitepaper_are_explained(name: str) -> None:
    assert f"| `{name}`" in tables.README.read_text() or f", `{name}`" in tables.README.read_text()


@pytest.mark.parametrize("page", READMES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for name, anchor in LINK.findall(page.read_text()):
        target = (page.parent / name) if name else page
        assert target.exists(), f"{name} is not there"
        if anchor:
            assert anchor in anchors(target.read_text()), f"{name} has no heading #{anchor}"
