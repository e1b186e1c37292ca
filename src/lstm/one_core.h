/* The template for one real type and one instruction set; the parts come one after the other, and what
 * they defined is forgotten at the end. */
#include "lstm_core.h"
#include "forward_core.h"
#ifndef CORE_PAIRS
#  include "backward_core.h"
#  include "update_core.h"
#  include "product_core.h"
#  include "softmax_core.h"
#endif

#undef CORE_BITS
#undef CORE_VECTOR
#undef CORE_PAIRS
#undef CORE_NAME
#undef F
#undef REAL
#undef LANES
#undef WIDE
#undef SIZE
#undef TARGET
#undef TILE_ROWS
#undef VEC
#undef LOAD
#undef STORE
#undef ALL
#undef WORD
#undef MULADD
#undef DOT
#undef UPPER
#undef LOWER
#undef PLUS
#undef LARGER
#undef NONE
#undef PIN
#undef GATE
#undef FS_OF
#undef GATE_LANES
#undef GET
#undef PUT
#undef GET_ALL
#undef PREFETCH
#undef PREFETCH_FAR
#undef PREFETCH_WRITE
#undef AHEAD
#undef ROWS
#undef TILE
#undef BEGIN_ROW
#undef STEP_ROW
#undef END_ROW
#undef EACH1
#undef EACH2
#undef EACH3
#undef EACH4
#undef EACH5
#undef EACH6
#undef EACH7
#undef EACH8
#undef EACH9
#undef EACH10
#undef EACH11
#undef EACH12
#undef STREAM
#undef ROOT
#undef LOG
