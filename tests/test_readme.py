"""What the README says is what the code does."""

from tests.support import support_table


def test_the_table_of_supported_messages_is_the_one_the_code_makes() -> None:
    assert support_table.readme_table() == support_table.supported_messages()


def test_every_action_of_the_standard_has_its_place_in_the_table() -> None:
    assert support_table.listed_actions() == support_table.all_actions()
