"""The README's table of keys is the program's own."""

from pathlib import Path

from ncdesktop.cli import main

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_shows_the_table_that_run_prints(capsys):
    assert main(["run", "--hotkeys"]) == 0
    table = capsys.readouterr().out.strip()
    before, begin, after = README.read_text().partition("\n<!-- hotkeys -->\n")
    shown, end, _ = after.partition("\n<!-- /hotkeys -->\n")
    assert begin and end, "README.md has no block between <!-- hotkeys --> and <!-- /hotkeys -->"
    assert before and shown.strip() == table, "put what `ncdesktop run --hotkeys` prints into README.md"
