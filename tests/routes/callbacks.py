"""What Keras's callbacks write while a model trains, and going on from it.  [beside TensorFlow]"""

from __future__ import annotations

import os
import shutil

import tensorflow as tf

from . import loader, saver

EPOCHS = 2
QUIETLY = {"batch_size": 4, "shuffle": False, "verbose": 0}


class Killed(BaseException):
    """Stands for the end of a process: nothing of Keras runs after it, and the disk is as it was."""


def die_when_it_begins(epoch, logs=None):
    """What a callback does that kills its fit after so many epochs."""
    if epoch == EPOCHS:
        raise Killed


@saver(writes="model_checkpoint", file_name="model.keras", needs="compiled", trains=True)
def model_checkpoint(model, path, data):
    """ModelCheckpoint of the whole model, in fit."""
    callback = tf.keras.callbacks.ModelCheckpoint(path)
    model.fit(*data, epochs=EPOCHS, callbacks=[callback], **QUIETLY)


@saver(writes="model_checkpoint_weights", file_name="model.weights.h5", needs="compiled", trains=True)
def model_checkpoint_weights(model, path, data):
    """ModelCheckpoint of the weights, in fit."""
    callback = tf.keras.callbacks.ModelCheckpoint(path, save_weights_only=True)
    model.fit(*data, epochs=EPOCHS, callbacks=[callback], **QUIETLY)


@saver(writes="backup", needs="compiled", trains=True)
def backup_and_restore(model, path, data):
    """BackupAndRestore, in a fit that is killed at the start of its third epoch."""
    killer = tf.keras.callbacks.LambdaCallback(on_epoch_begin=die_when_it_begins)
    callbacks = [tf.keras.callbacks.BackupAndRestore(path), killer]
    try:
        model.fit(*data, epochs=EPOCHS + 1, callbacks=callbacks, **QUIETLY)
    except Killed:
        return
    raise RuntimeError("the fit was not killed")


@loader(reads=("backup",), asked="as_original", judged_against="eager", restores=("training",))
def go_on_from_backup(path, model, data):
    """A fit of a model that is built anew, which finds the backup and has nothing left to do."""
    shutil.copytree(path, "backup")  # a fit that ends deletes it
    callback = tf.keras.callbacks.BackupAndRestore(os.path.abspath("backup"))
    model.fit(*data, epochs=EPOCHS, callbacks=[callback], **QUIETLY)
    return model
