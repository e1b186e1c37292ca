/* Makes the cores: the gates' header for the types that are needed, then the template (one_core.h) for
 * float, double and pairs of bfloat16, portable, with AVX2 and with AVX-512. */

#define FS_BITS 32
#define FS_LANES 1
#include "lstm_gates.h"
#define FS_BITS 64
#define FS_LANES 1
#include "lstm_gates.h"

#define CORE_BITS 32
#define CORE_VECTOR 0
#include "one_core.h"
#define CORE_BITS 64
#define CORE_VECTOR 0
#include "one_core.h"
#define CORE_BITS 32
#define CORE_VECTOR 0
#define CORE_PAIRS 1
#include "one_core.h"

#if HAVE_X86
#  define FS_BITS 32
#  define FS_LANES 8
#  include "lstm_gates.h"
#  define FS_BITS 64
#  define FS_LANES 4
#  include "lstm_gates.h"

#  define CORE_BITS 32
#  define CORE_VECTOR 256
#  include "one_core.h"
#  define CORE_BITS 64
#  define CORE_VECTOR 256
#  include "one_core.h"
#  define CORE_BITS 32
#  define CORE_VECTOR 256
#  define CORE_PAIRS 1
#  include "one_core.h"

#  define FS_BITS 32
#  define FS_LANES 16
#  include "lstm_gates.h"
#  define FS_BITS 64
#  define FS_LANES 8
#  include "lstm_gates.h"

#  define CORE_BITS 32
#  define CORE_VECTOR 512
#  include "one_core.h"
#  define CORE_BITS 64
#  define CORE_VECTOR 512
#  include "one_core.h"
#  define CORE_BITS 32
#  define CORE_VECTOR 512
#  define CORE_PAIRS 1
#  include "one_core.h"
#  if HAVE_BF16
#    define CORE_BITS 32
#    define CORE_VECTOR 512
#    define CORE_PAIRS 2
#    include "one_core.h"
#  endif
#endif
