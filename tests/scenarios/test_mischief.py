"""Nothing is lost or doubled, whatever a line does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.mischief import played


@pytest.mark.end_to_end
@pytest.mark.parametrize("seed", [1, 13, 27])
def test_no_transaction_is_lost_or_doubled(tmp_path: Path, seed: int) -> None:
    begun, wrong = played(tmp_path, seed)
    assert begun > 200
    assert wrong == []
