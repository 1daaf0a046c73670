"""The command line: mistakes are one line and exit code 2."""

from pathlib import Path

import pytest

from ncdesktop.cli import VERBS, main


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([verb, "--help"])
    assert stopped.value.code == 0
    assert "usage:" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["dance"],
        ["train", "world"],
        ["train", "moon", "x", "--out", "y"],
        ["train", "world", "x", "--out", "y", "--minutes", "-3"],
        ["train", "world", "x", "--out", "y", "--device", "tpu"],
        ["train", "painter", "x", "--out", "y", "--processes", "2"],
        ["train", "painter", "x", "--out", "y", "--bf16"],
        ["train", "world", "no-such-folder", "--out", "y", "--minutes", "1"],
        ["render", "--session", "no-such-folder", "--out", "y"],
        ["evaluate", "no-such-folder"],
        ["info", "no-such-folder"],
        ["run", "--state", "x" * 300],
        ["run", "--weights", "x" * 300],
        ["demo", "x" * 300],
        ["serve", "--replay", "x" * 300],
        ["render", "--script", "x" * 300, "--out", "y"],
        ["render", "--script", "x", "--out", "x" * 300],
        ["info", "x" * 300],
        ["import", "x" * 300, "--out", "y"],
        ["train", "world", "x" * 300, "--out", "y", "--minutes", "1"],
    ],
)
def test_mistakes_are_one_line_and_exit_code_2(
    words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        code = main(words)
    except SystemExit as stopped:
        code = stopped.code  # type: ignore[assignment]
    said = capsys.readouterr().err
    assert code == 2
    assert said.startswith("ncdesktop: ") and said.count("\n") == 1, said
    assert list(tmp_path.iterdir()) == []
