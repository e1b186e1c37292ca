"""Files of records, as TensorFlow writes them: training data and what TensorBoard reads."""
