"""The ops of tensorflow-text, a library that is compiled already.  [beside TensorFlow]"""

from __future__ import annotations

import os
import tempfile

import tensorflow as tf

from .. import Tensor, case

SENTENCES = (
    "The oak stood by the river, and nobody knew how old it was.",
    "Das Straßenfest war schön; zwei Übergrößen blieben übrig!",
    "Дуб стоял у реки, и никто не знал, сколько ему лет.",
    "川のそばに古い木がある。だれも植えていない。",
    "شجرة قديمة تقف قرب النهر",
    "l'été déjà fini, 3.50 € le café…",
    "ﬁne ＦＵＬＬ width e\u0301",
    "a\u00a0b\u2003c\td  e",
    "",
)
WORDS = (
    "the",
    "oak",
    "stood",
    "by",
    "river",
    "дуб",
    "у",
    "strassenfest",
    "war",
    "川",
    "のそばに",
    "a",
    "b",
    "été",
    "fine",
)
PIECES = (
    "[UNK]",
    "the",
    "oak",
    "st",
    "##ood",
    "river",
    "##s",
    ",",
    ".",
    "and",
    "no",
    "##body",
    "дуб",
    "川",
    "!",
    "##b",
)


class Words(tf.Module):
    def __init__(self, text):
        super().__init__(name="words")
        self.tokenizer = text.WhitespaceTokenizer()
        self.normalize = lambda texts: text.normalize_utf8(text.case_fold_utf8(texts), "NFKC")
        initializer = tf.lookup.KeyValueTensorInitializer(WORDS, tf.range(len(WORDS), dtype=tf.int64))
        self.table = tf.lookup.StaticVocabularyTable(initializer, num_oov_buckets=4)
        self.vectors = tf.Variable(tf.reshape(tf.sin(tf.range(38.0)), (19, 2)), name="vectors")

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string, name="texts")])
    def serve(self, texts):
        ids = self.table.lookup(self.tokenizer.tokenize(self.normalize(texts)))
        vectors = tf.reduce_sum(tf.gather(self.vectors, ids), axis=1)
        return {"ids": ids.to_tensor(default_value=-1), "vectors": vectors}


@case(
    endpoints={"serve": {"texts": Tensor((None,), "string", vocabulary=SENTENCES)}},
    traits=("compiled_op", "lookup"),
    package="tensorflow-text",
    op_library="tensorflow_text",
    offered={"tensorflow": ">=2.20"},
)
def text_words():
    """Ops of tensorflow-text fold case, normalize and split at whitespace; a table looks the words up."""
    import tensorflow_text as text

    return Words(text)


class Pieces(tf.Module):
    def __init__(self, text, path):
        super().__init__(name="pieces")
        self.vocabulary = tf.saved_model.Asset(path)
        self.basic = text.BertTokenizer(path, lower_case=True, token_out_type=tf.int64)
        self.fast = text.FastWordpieceTokenizer(list(PIECES), token_out_type=tf.int64, suffix_indicator="##")
        self.scores = tf.Variable(tf.cos(tf.range(float(len(PIECES) + 1))), name="scores")

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string, name="texts")])
    def serve(self, texts):
        basic = self.basic.tokenize(texts).merge_dims(1, 2)
        fast = self.fast.tokenize(texts)
        score = tf.reduce_sum(tf.gather(self.scores, basic), axis=1)
        return {"basic": basic.to_tensor(default_value=-1), "fast": fast.to_tensor(default_value=-1), "score": score}


@case(
    endpoints={"serve": {"texts": Tensor((None,), "string", vocabulary=SENTENCES)}},
    traits=("compiled_op", "lookup"),
    package="tensorflow-text",
    op_library="tensorflow_text",
    offered={"tensorflow": ">=2.20"},
)
def text_pieces():
    """Word pieces in two ways: from a vocabulary file that becomes a table, and from a model in a constant."""
    import tensorflow_text as text

    path = os.path.join(tempfile.mkdtemp(dir=os.getcwd()), "pieces.txt")
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write("".join(f"{piece}\n" for piece in PIECES))
    return Pieces(text, path)
