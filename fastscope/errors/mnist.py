"""Messages of the MNIST tutorials' data."""

from __future__ import annotations

from collections.abc import Sequence


def files_missing(folder: str, names: Sequence[str]) -> FileNotFoundError:
    """Files that are read from disk, and never downloaded."""
    return FileNotFoundError(
        f"read_data_sets({folder!r}): {', '.join(names)} not found. MNIST is not downloaded: put its four files, "
        f"gzipped as they are published, into the folder {folder!r}; or give the folder where they are."
    )


def not_an_mnist_file(name: str, expected: int, got: int) -> ValueError:
    """A file whose first bytes are others."""
    what = "image" if expected == 2051 else "label"
    return ValueError(
        f"Invalid magic number {got} in MNIST {what} file: {name}. Expected {expected}: the file is another one, or is "
        "damaged."
    )


def file_is_cut(name: str, expected: int, got: int) -> ValueError:
    """A file that ends too early."""
    return ValueError(f"{name}: expected {expected} bytes, unzipped, got {got}: the file is cut. Fetch it again.")


def counts_differ(images: int, labels: int) -> ValueError:
    """Not a label for each image."""
    return ValueError(f"DataSet: expected a label for each image, got {images} images and {labels} labels.")


def bad_image_dtype(got: str) -> TypeError:
    """A dtype that images are not given in."""
    return TypeError(f"Invalid image dtype {got!r}, expected uint8 or float32. Cast a batch to make it another.")


def bad_validation_size(most: int, got: int) -> ValueError:
    """More validation examples than there are."""
    return ValueError(f"Validation size should be between 0 and {most}. Received: {got}.")
