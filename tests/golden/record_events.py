"""Record events.json again: what TensorFlow 1.15 makes of messages and summaries.

    python3.7 record_events.py

`bytes` are expressions whose value is bytes, `texts` are messages; of pictures the pixels are recorded, as two PNG
files of the same picture may differ.
"""

import json
import os

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "events.json")
MESSAGES = {
    "empty": "tf.Summary()",
    "values": "tf.Summary(value=[tf.Summary.Value(tag='a', simple_value=.1), dict(tag='b', simple_value=-0.), "
    "tf.Summary.Value(node_name='n', simple_value=1e30)])",
    "zero_in_a_group": "tf.Summary.Value(tag='a', simple_value=0.)",
    "histogram": "tf.HistogramProto(min=-1., num=3, bucket_limit=[.5, 1e300], bucket=[1, 2.])",
    "image": "tf.Summary.Value(image=tf.Summary.Image(height=2, width=3, encoded_image_string=b'\\x00\\xff'))",
    "event": "tf.Event(wall_time=1.5, step=-7, summary=tf.Summary(value=[tf.Summary.Value(tag='a')]))",
    "log": "tf.Event(session_log=tf.SessionLog(status=tf.SessionLog.STOP, msg='m'))",
    "graph_bytes": "tf.Event(graph_def=b'abc')",
    "example": "tf.train.Example(features=tf.train.Features(feature={'a': tf.train.Feature("
    "float_list=tf.train.FloatList(value=[.1, 1e10]))}))",
    "ints": "tf.train.Int64List(value=[0, -1, 300, 2**62])",
    "texts": "tf.train.BytesList(value=[b'', b'\"q\\n\\t\\\\', b'\\x80'])",
    "sequence": "tf.train.SequenceExample(feature_lists=tf.train.FeatureLists(feature_list={'s': tf.train.FeatureList("
    "feature=[tf.train.Feature(int64_list=tf.train.Int64List(value=[1])), tf.train.Feature()])}))",
    "node": "tf.NodeDef(name='n', op='Add', input=['a', 'b:1', '^c'], attr={'T': tf.AttrValue(type=1)})",
    "attributes": "tf.AttrValue(list=tf.AttrValue.ListValue(i=[1, 2], b=[True], s=[b'x'], type=[1, 103]))",
    "empty_message_that_is_set": "tf.AttrValue(shape={})",
}
SUMMARIES = {
    "scalar": "tf.summary.scalar('a', 1.5)",
    "int": "tf.summary.scalar('a', 3)",
    "histogram": "tf.summary.histogram('h', [0., 1., 1e-13, -5., 3e21, 1.])",
    "histogram_of_ints": "tf.summary.histogram('h', [0, 1, 2])",
    "histogram_of_one": "tf.summary.histogram('h', 3.)",
    "histogram_of_nothing": "tf.summary.histogram('h', tf.zeros([0]))",
    "text": "tf.summary.text('t', tf.constant(['a', 'b']))",
    "audio": "tf.summary.audio('a', [[0., .5, -.5, 1., -1., 2., .00001]], 8000.)",
    "audio_of_two": "tf.summary.audio('a', tf.constant([[[0., .5], [-.25, .125]], [[.75, .5], [.5, -1.]]]), 10)",
    "merged": "tf.summary.merge([tf.summary.scalar('a', 1.), tf.summary.histogram('b', [2.])])",
    "family": "tf.summary.scalar('a b', 1., family='f')",
}
PICTURES = {
    "floats": "tf.constant((np.arange(24).reshape(2, 2, 2, 3) / 10. - 1).astype(np.float32))",
    "positive": "tf.constant([[[[0.], [.5], [2.]]]])",
    "bad": "tf.constant([[[[0., 1., float('nan')], [.5, .25, 2.]]]])",
    "bytes": "tf.constant([[[[0], [5]]]], tf.uint8)",
    "zeros": "tf.zeros([1, 1, 2, 4])",
    "tiny": "tf.constant([[[[-1e-8], [1e-8]]]])",
}


def main():
    import numpy as np
    import tensorflow as tf

    world = {"tf": tf, "np": np}
    found = {"messages": {}, "summaries": {}, "pictures": {}}
    for name, code in MESSAGES.items():
        message = eval(code, world)
        found["messages"][name] = {
            "code": code, "hex": message.SerializeToString(deterministic=True).hex(), "text": str(message),
        }  # fmt: skip
    for name, code in SUMMARIES.items():
        with tf.Graph().as_default(), tf.Session() as session:
            found["summaries"][name] = {"code": code, "hex": session.run(eval(code, world)).hex()}
    for name, code in PICTURES.items():
        with tf.Graph().as_default(), tf.Session() as session:
            summary = tf.Summary.FromString(session.run(tf.summary.image("i", eval(code, world))))
            pixels = [session.run(tf.image.decode_png(v.image.encoded_image_string)).tolist() for v in summary.value]
            tags = [value.tag for value in summary.value]
            found["pictures"][name] = {"code": code, "pixels": pixels, "tags": tags}
    with open(FILE, "w") as file:
        json.dump(found, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
