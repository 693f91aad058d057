/* The operators: each has a file of its own with a function that prepares it. A firmware links those that its
 * table of operators names. */
#ifndef TM_OPERATORS_H
#define TM_OPERATORS_H

#include "tm_interpreter.h"

struct tm_operator {
  int32_t code;                           /* of the schema's BuiltinOperator */
  void (*prepare)(tm_interpreter *model); /* adds the layers of model->node */
};

/* Their outputs lie in their inputs' places, so that the plan must know them. */
#define TM_OPERATOR_RESHAPE 22
#define TM_OPERATOR_SQUEEZE 43
#define TM_OPERATOR_EXPAND_DIMS 70

extern const tm_operator tm_op_abs, tm_op_add, tm_op_add_n, tm_op_arg_max, tm_op_arg_min, tm_op_average_pool2d,
    tm_op_batch_matmul, tm_op_batch_to_space_nd, tm_op_broadcast_args, tm_op_broadcast_to, tm_op_cast,
    tm_op_concatenation, tm_op_conv2d, tm_op_cumsum, tm_op_depth_to_space, tm_op_depthwise_conv2d,
    tm_op_dequantize, tm_op_dynamic_update_slice, tm_op_embedding_lookup, tm_op_equal, tm_op_expand_dims,
    tm_op_fill, tm_op_fully_connected, tm_op_gather, tm_op_gather_nd, tm_op_greater, tm_op_greater_equal,
    tm_op_hard_swish, tm_op_l2_normalization, tm_op_leaky_relu, tm_op_less, tm_op_less_equal, tm_op_log_softmax,
    tm_op_logical_and, tm_op_logical_not, tm_op_logical_or, tm_op_logistic, tm_op_max_pool2d, tm_op_maximum,
    tm_op_mean, tm_op_minimum, tm_op_mirror_pad, tm_op_mul, tm_op_not_equal, tm_op_pack, tm_op_pad, tm_op_padv2,
    tm_op_prelu, tm_op_quantize, tm_op_reduce_max, tm_op_reduce_min, tm_op_relu, tm_op_relu6, tm_op_reshape,
    tm_op_resize_bilinear, tm_op_resize_nearest_neighbor, tm_op_reverse_v2, tm_op_rsqrt, tm_op_select_v2,
    tm_op_shape, tm_op_slice, tm_op_softmax, tm_op_space_to_batch_nd, tm_op_space_to_depth, tm_op_split,
    tm_op_split_v, tm_op_squared_difference, tm_op_squeeze, tm_op_strided_slice, tm_op_sub, tm_op_sum, tm_op_tanh,
    tm_op_transpose, tm_op_transpose_conv, tm_op_unpack;

#endif
