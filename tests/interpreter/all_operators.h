/* The table of operators for programs that have all of them. */
#ifndef ALL_OPERATORS_H
#define ALL_OPERATORS_H

#include "tm_operators.h"

static const tm_operator *const all_operators[] = {
    &tm_op_add,
    &tm_op_average_pool2d,
    &tm_op_concatenation,
    &tm_op_conv2d,
    &tm_op_depthwise_conv2d,
    &tm_op_dequantize,
    &tm_op_fully_connected,
    &tm_op_logistic,
    &tm_op_max_pool2d,
    &tm_op_mean,
    &tm_op_mul,
    &tm_op_pad,
    &tm_op_quantize,
    &tm_op_relu,
    &tm_op_relu6,
    &tm_op_reshape,
    &tm_op_softmax,
    NULL,
};

static const tm_special no_specials[] = {{NULL, NULL, 0, NULL}};

#endif
