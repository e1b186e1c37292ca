"""TF-named functions on NumPy and CuPy arrays, a line or two each; the array decides where.

They take arrays, Variables, numbers and nested lists, compute at once, and return plain arrays.
`operands` has the rules they share: dtypes, devices, and what `name=` does.
Each module lists its own in `__all__`: what is added there is here.
"""

from .accumulated import *
from .accumulated import dense_rows
from .arranging import *
from .complexes import *
from .convolution import *
from .convolutions import *
from .creation import *
from .elementwise import *
from .images import *
from .linear import *
from .math import *
from .nn import *
from .nonlinear import *
from .normalizing import *
from .operators import *
from .picking import *
from .pooling import *
from .random_numbers import *
from .reductions import *
from .scattering import *
from .scattering import assigned_slice
from .segments import *
from .shaping import *
from .slicing import *
from .sorting import *
from .static import *

functions.update({name: value for name, value in globals().items() if callable(value)})
