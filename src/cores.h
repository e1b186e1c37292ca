/* Makes the cores: the gates' header for the types that are needed, then the parts of the template
 * (lstm_core.h to product_core.h) for float and double, portable and AVX2. */

#define FS_BITS 32
#define FS_LANES 1
#include "lstm_gates.h"
#define FS_BITS 64
#define FS_LANES 1
#include "lstm_gates.h"

#define CORE_BITS 32
#define CORE_AVX2 0
#include "lstm_core.h"
#include "forward_core.h"
#include "backward_core.h"
#include "update_core.h"
#include "product_core.h"
#include "core_end.h"
#define CORE_BITS 64
#define CORE_AVX2 0
#include "lstm_core.h"
#include "forward_core.h"
#include "backward_core.h"
#include "update_core.h"
#include "product_core.h"
#include "core_end.h"

#if HAVE_AVX2
#  define FS_BITS 32
#  define FS_LANES 8
#  include "lstm_gates.h"
#  define FS_BITS 64
#  define FS_LANES 4
#  include "lstm_gates.h"

#  define CORE_BITS 32
#  define CORE_AVX2 1
#  include "lstm_core.h"
#  include "forward_core.h"
#  include "backward_core.h"
#  include "update_core.h"
#  include "product_core.h"
#  include "core_end.h"
#  define CORE_BITS 64
#  define CORE_AVX2 1
#  include "lstm_core.h"
#  include "forward_core.h"
#  include "backward_core.h"
#  include "update_core.h"
#  include "product_core.h"
#  include "core_end.h"
#endif
