"""Record hash_buckets.json again: TensorFlow 1.15's buckets of texts of every length that its hashes tell apart.

python3.7 record_hash_buckets.py
"""

import json
import os

import tensorflow as tf

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hash_buckets.json")
LENGTHS = [*range(0, 70), 95, 96, 127, 128, 129, 191, 192, 193, 255, 256, 257, 1000]
TEXTS = [bytes((37 * k * k + 11 * k + n) % 256 for k in range(n)) for n in LENGTHS]
BUCKETS = 2**62

texts = tf.constant(TEXTS)
with tf.Session() as session:
    fast, older = session.run([tf.string_to_hash_bucket_fast(texts, BUCKETS), tf.string_to_hash_bucket(texts, BUCKETS)])
with open(FILE, "w") as file:
    json.dump({"buckets": BUCKETS, "lengths": LENGTHS, "fast": fast.tolist(), "older": older.tolist()}, file, indent=1)
    file.write("\n")
