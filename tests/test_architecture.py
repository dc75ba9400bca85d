"""Requirement: the model that is rebuilt has the config of the one that was saved."""

from __future__ import annotations

from tests.both_sides.cases import CaseInfo
from tests.both_sides.routes import LoaderInfo, SaverInfo
from tests.judging.checks.configs import check_same_config, check_same_numbers
from tests.judging.requirement import Place, Shortfall, requirement
from tests.judging.seen import Seen


def only_rebuilt(case: CaseInfo, saver: SaverInfo, loader: LoaderInfo) -> str | None:
    """Leave out loaders that do not rebuild a Keras model from its config."""
    return None if "architecture" in loader.restores else f"{loader.name} rebuilds nothing from a config"


@requirement(over="routes", not_applicable=only_rebuilt)
def architecture(seen: Seen) -> None:
    """The loaded model has the same config: layers, their arguments, names, dtypes and connections.

    Every version of Keras writes configs in its own way, so over two pairs only the numbers of arguments that both
    versions name, the lists of layers, and which variables are trainable, are compared.
    """
    expected, loaded = seen.saved["before"]["architecture"], seen.loaded["architecture"]
    check = check_same_config if seen.hop.within_one_pair else check_same_numbers
    check("config", expected["config"], loaded["config"])
    check_same_config("list of layers", expected["layers"], loaded["layers"])
    trainable, loaded_trainable = expected["trainable"], loaded["trainable"]
    # If there are more or fewer variables, that is for `weights` to say.
    if len(trainable) == len(loaded_trainable) and trainable != loaded_trainable:
        pairs = enumerate(zip(trainable, loaded_trainable, strict=True))
        changed = [number for number, (one, two) in pairs if one != two]
        raise Shortfall(
            f"other variables are trainable: {len(changed)} of {len(trainable)} differ",
            expected=trainable,
            seen=loaded_trainable,
            places=tuple(Place(f"variable {number}: trainable") for number in changed),
        )


def test_architecture(cell):
    cell.judge(architecture)
