/* The operators: each file tm_op_NAME.c defines a `const tm_operator tm_op_NAME`. A firmware declares those that
 * its table of operators names, and links no others. */
#ifndef TM_OPERATORS_H
#define TM_OPERATORS_H

#include "tm_interpreter.h"

struct tm_operator {
  int32_t code;                           /* of the schema's BuiltinOperator */
  void (*prepare)(tm_interpreter *model); /* adds the layers of model->node */
};

/* Added to the code of an operator's part for data of 16 bits and more, in tm_op_NAME_wide.c: a firmware whose
 * models have no such data does not link it. It is chosen by the types of input 0 and output 0, and stands in
 * front of the operator's other part in the table. */
#define TM_OPERATOR_WIDE 0x10000

/* Their outputs lie in their inputs' places, so that the plan must know them. */
#define TM_OPERATOR_RESHAPE 22
#define TM_OPERATOR_SQUEEZE 43
#define TM_OPERATOR_EXPAND_DIMS 70

#endif
