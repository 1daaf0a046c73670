"""The scribe's lesson: recorded lines that were ended in a terminal or an editor, and what followed."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ncdesktop.errors import SessionError
from ncdesktop.model.pipeline import NCGUIWorld
from ncdesktop.model.scribe import CARETS, MARGIN, UNKNOWN, Scribe, ScribeConfig, line_before
from ncdesktop.training.alone import Examples, Lesson
from ncdesktop.training.table import Table
from ncdesktop.training.transcripts import Transcript, transcripts

__all__ = ["SCRIBE"]

_RATE, _DECAY = 2e-3, 0.05
_WRITTEN = 96
"""Characters of an answer, drawn from all of them, of which an update is made."""
_GROUND_WEIGHT, _OWN_ROW_WEIGHT = 0.2, 3.0
"""How often characters are drawn in which nothing is written, and those of the line's own row, beside others."""
_WORD, _RESPELLED = 3, 0.5
_SAME_ROW = 0.1
"""Share of the characters of rows that moved up which may look otherwise then."""


def _groups(network: Scribe) -> list[dict[str, Any]]:
    return [{"params": list(network.parameters()), "lr": _RATE, "weight_decay": _DECAY}]


def _collect(model: NCGUIWorld, table: Table, count: int, seed: int) -> Examples:
    """Return all lines that were answered, at most `count`; a scribe without glyphs takes the commonest of them first."""
    found = list(transcripts(model, table))
    if not found:
        raise SessionError("no line is ended in a terminal or an editor in these sessions")
    if not model.scribe.knows:
        model.scribe.glyphs.copy_(_commonest(found, model.scribe.config))
        model.scribe.numbered.copy_(_numbered(found, model.scribe))
    examples = [example for text in found if (example := _example(model.scribe, text)) is not None]
    order = torch.randperm(len(examples), generator=torch.Generator().manual_seed(seed))[:count]
    columns = zip(*(examples[place] for place in order.tolist()), strict=True)
    return Examples([torch.stack(column).to(table.place.device) for column in columns])


def _commonest(found: list[Transcript], config: ScribeConfig) -> Tensor:
    """Return (glyphs, height, width, 3) float: the commonest characters, carets first; UNKNOWN where there are fewer."""
    both = [character for text in found for character in (text.before, text.after)]
    carets = _by_count(torch.stack([text.before[text.area.row, text.area.column] for text in found]))[:CARETS]
    kinds = _by_count(torch.cat([characters.flatten(0, 1) for characters in both]))
    new = (kinds[:, None] != carets).flatten(2).any(-1).all(1)
    glyphs = torch.full((config.glyphs, *kinds.shape[1:]), UNKNOWN)
    glyphs[: len(carets)] = carets.float()
    others = kinds[new][: config.glyphs - CARETS].float()
    glyphs[CARETS : CARETS + len(others)] = others
    return glyphs


def _numbered(found: list[Transcript], scribe: Scribe) -> Tensor:
    """Return (CARETS,): how much of the margin changes from the caret's row to the last one that does, by caret."""
    changed, all_ = torch.zeros(CARETS), torch.zeros(CARETS)
    for text in found:
        area = text.area
        caret = int(scribe.glyphs_of(text.before[area.row, area.column]))
        differs = (text.before != text.after).flatten(2).any(-1)
        if caret < CARETS and differs.any():
            rows = slice(area.row, int(torch.nonzero(differs.any(1)).max()) + 1)
            changed[caret] += differs[rows, : area.margin].sum()
            all_[caret] += differs[rows, : area.margin].numel()
    return changed / all_.clamp(min=1)


def _by_count(characters: Tensor) -> Tensor:
    """Return those of characters (N, height, width, 3) that differ, the commonest first."""
    kinds, counts = characters.flatten(1).unique(dim=0, return_counts=True)
    return kinds[counts.argsort(descending=True, stable=True)].unflatten(1, characters.shape[1:])


def _example(scribe: Scribe, text: Transcript) -> list[Tensor] | None:
    """Return line (L,), columns, rows that follow, whether they clear the text, what shows where nothing is written, and glyphs of all
    characters (1 + rows, columns) that are written, in the line's own row at the caret and in the margin; line and glyphs padded by -1;
    and which of the line's and of these are of words that are said again. None if no caret ends the line, or this is longer than the scribe can read or write."""
    config, area = scribe.config, text.area
    spare = MARGIN - area.margin
    before, after = (
        F.pad(scribe.glyphs_of(shown), (spare, 0), value=config.glyphs) for shown in (text.before, text.after)
    )
    row, column, columns = area.row, area.column + spare, before.shape[1]
    line = line_before(before, row, column)
    answer = _answer(before, after, row, before[row, column + 1])
    if answer is None or line[-1] >= CARETS or len(line) > config.line or columns > config.columns:
        return None
    first, stop, clears = answer
    if stop - first > config.lines:
        return None
    grid = torch.full((1 + config.lines, config.columns), -1)
    grid[1 : 1 + stop - first, :columns] = after[first:stop]
    if first and stop > first:
        grid[0, :MARGIN], grid[0, column] = after[first - 1, :MARGIN], after[first - 1, column]
    numbers = torch.tensor([columns, stop - first, clears, before[row, column + 1]])
    again = _said_again(line, grid[1:], int(before[row, column + 1]))
    padded, again_in_line = (
        F.pad(what, (0, config.line - len(line)), value=value) for what, value in ((line, -1), (again[0], 0))
    )
    return [padded, *numbers, grid, again_in_line, F.pad(again[1], (0, 0, 1, 0))]


def _said_again(line: Tensor, written: Tensor, ground: int) -> tuple[Tensor, Tensor]:
    """Return which glyphs of a line (L,), and which of those written below (lines, columns), are of words of which at least _WORD glyphs
    follow each other in both: the word as it is, several times, or with one more glyph behind it."""
    in_line, in_rows = torch.zeros_like(line, dtype=torch.bool), torch.zeros_like(written, dtype=torch.bool)
    typed = line.tolist()
    for number, row in enumerate(written.tolist()):
        start = MARGIN
        for stop, glyph in enumerate([*row, ground]):
            if stop < MARGIN or glyph not in (ground, -1):
                continue
            for end in (stop, stop - 1):
                length, place = _unit(row[start:end], typed)
                if length:
                    in_line[place : place + length] = in_rows[number, start:end] = True
                    break
            start = stop + 1
    return in_line, in_rows


def _unit(word: list[int], line: list[int]) -> tuple[int, int]:
    """Return of how many glyphs of the line a word consists, once or several times over, and where they are; 0, 0 if of none."""
    for length in range(_WORD, len(word) + 1):
        if word == (word[:length] * len(word))[: len(word)] and not len(word) % length:
            for place in range(MARGIN, len(line) - length + 1):
                if line[place : place + length] == word[:length]:
                    return length, place
    return 0, 0


def _respelled(
    line: Tensor, grid: Tensor, again: tuple[Tensor, Tensor], generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Return lines (B, L) and glyphs (B, 1 + lines, columns) with some of the words that are said again spelled anew, alike in both: a few
    words were recorded, any may be typed."""
    letters = line[again[0]].unique()
    if not len(letters):
        return line, grid
    every = int(max(line.max(), grid.max())) + 1
    drawn = torch.randint(len(letters), (len(line), every), generator=generator).to(line.device)
    spelled = letters[drawn]
    some = (torch.rand(len(line), generator=generator) < _RESPELLED).to(line.device)
    new_line = spelled.gather(1, line.clamp(min=0))
    new_grid = spelled.gather(1, grid.clamp(min=0).flatten(1)).view_as(grid)
    return (
        torch.where(again[0] & some[:, None], new_line, line),
        torch.where(again[1] & some[:, None, None], new_grid, grid),
    )


def _answer(before: Tensor, after: Tensor, row: int, ground: Tensor) -> tuple[int, int, bool] | None:
    """Return the rows of `after` in which what follows a line that ended in `row` begins and ends, and whether all else was cleared;
    None if that cannot be told. Where no caret is left, nothing follows."""
    carets = torch.nonzero((after[:, MARGIN:] < CARETS).any(1)).flatten()
    if not len(carets):
        return row + 1, row + 1, False
    last, rows = int(carets[-1]), len(before)
    if last <= row and last < rows - 1:
        return (0, last + 1, True) if bool((after[last + 1 :, MARGIN:] == ground).all()) else None
    if last < rows - 1:
        return row + 1, last + 1, False
    for moved in range(max(row, 1)):
        differ = (before[moved + 1 : row, MARGIN:] != after[1 : row - moved, MARGIN:]).float().mean()
        if last + moved > row and (moved >= row - 1 or differ <= _SAME_ROW):
            return row + 1 - moved, last + 1, False
    return None


def _loss(network: Scribe, lines: Examples, generator: torch.Generator) -> Tensor:
    line, columns, rows, clears, ground, grid, *again = lines.tensors
    if network.training:
        line, grid = _respelled(line, grid, (again[0], again[1]), generator)
    line = line[:, : int((line >= 0).sum(1).max())]
    answer = network(line, columns)
    missed = F.cross_entropy(answer.lines.float(), rows)
    missed = missed + F.binary_cross_entropy_with_logits(answer.clears.float(), clears.float())
    known = ((grid >= 0) & (grid < network.config.glyphs)).flatten(1)
    weight = torch.where(grid == ground[:, None, None], _GROUND_WEIGHT, 1.0)
    weight[:, 0] *= _OWN_ROW_WEIGHT
    drawn = (known * weight.flatten(1) + 1e-9).cpu()
    which = torch.multinomial(drawn, _WRITTEN, replacement=True, generator=generator).to(line.device)
    said = network.written(line, answer, rows, which // grid.shape[2], which % grid.shape[2])
    true, own = grid.flatten(1).gather(1, which), known.gather(1, which).flatten()
    wrong = F.nll_loss(
        said.flatten(0, 1), true.flatten().clamp(0, network.config.glyphs - 1), reduction="none"
    )
    return missed + (wrong * own).sum() / own.sum().clamp(min=1)


SCRIBE = Lesson("scribe", _collect, _loss, _groups, examples=50_000, batch=32)
