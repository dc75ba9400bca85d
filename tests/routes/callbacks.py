"""Keras's callbacks that save during training, and ways to continue from what they save.  [beside TensorFlow]"""

from __future__ import annotations

import os
import shutil

import tensorflow as tf

from . import loader, saver

EPOCHS = 2
FIT = {"shuffle": False, "verbose": 0}


class Killed(BaseException):
    """Simulates a killed process: Keras handles no BaseException, so the disk stays as it is."""


def kill_after_epochs(epoch, logs=None):
    """Raise `Killed` when the first epoch after EPOCHS begins."""
    if epoch == EPOCHS:
        raise Killed


@saver(writes="model_checkpoint", title="ModelCheckpoint", file_name="model.keras", needs="compiled", trains=True)
def model_checkpoint(model, path, data):
    """ModelCheckpoint saves the whole model during fit."""
    callback = tf.keras.callbacks.ModelCheckpoint(path)
    model.fit(**data, epochs=EPOCHS, callbacks=[callback], **FIT)


@saver(
    writes="model_checkpoint_weights",
    title="ModelCheckpoint(save_weights_only=True)",
    file_name="model.weights.h5",
    needs="compiled",
    trains=True,
)
def model_checkpoint_weights(model, path, data):
    """ModelCheckpoint saves the weights during fit."""
    callback = tf.keras.callbacks.ModelCheckpoint(path, save_weights_only=True)
    model.fit(**data, epochs=EPOCHS, callbacks=[callback], **FIT)


@saver(writes="backup", title="BackupAndRestore", needs="compiled", trains=True)
def backup_and_restore(model, path, data):
    """BackupAndRestore backs up a fit that is killed when its third epoch begins."""
    killer = tf.keras.callbacks.LambdaCallback(on_epoch_begin=kill_after_epochs)
    callbacks = [tf.keras.callbacks.BackupAndRestore(path), killer]
    try:
        model.fit(**data, epochs=EPOCHS + 1, callbacks=callbacks, **FIT)
    except Killed:
        return
    raise RuntimeError("the fit was not killed")


@loader(
    reads=("backup",),
    title="fit with BackupAndRestore",
    asked="as_original",
    judged_against="eager",
    restores=("training",),
)
def go_on_from_backup(path, model, data):
    """A newly built model is fitted, finds the backup, and has no epoch left to train."""
    shutil.copytree(path, "backup")  # a fit that ends deletes its backup
    callback = tf.keras.callbacks.BackupAndRestore(os.path.abspath("backup"))
    model.fit(**data, epochs=EPOCHS, callbacks=[callback], **FIT)
    return model
