/* The model in a flatbuffer: tensors and operators, checked as tinyml/graph.py checks them. */
#ifndef TM_GRAPH_H
#define TM_GRAPH_H

#include "tm_flatbuffer.h"
#include "tm_model.h"

#define TM_MAX_RANK 8
#define TM_MAX_ELEMENTS (1 << 28)

/* Far above what a microcontroller holds; the limit bounds the time that planning a hostile file can take. */
#define TM_MAX_TENSORS 2048

/* The offset of a tensor without a place in the arena. */
#define TM_UNPLANNED (-1)

/* Types of tensors that operators ask for, as the schema numbers them. */
enum {
  TM_FLOAT32 = 0,
  TM_INT32 = 2,
  TM_UINT8 = 3,
  TM_INT64 = 4,
  TM_BOOL = 6,
  TM_INT16 = 7,
  TM_INT8 = 9,
  TM_UINT32 = 15,
  TM_INT4 = 17 /* constants alone; two elements lie in a byte, the first in its low half */
};

/* A tensor, as it is read from the file whenever it is needed. */
typedef struct {
  int32_t type;
  uint32_t rank;
  int32_t shape[TM_MAX_RANK]; /* 1 behind the last dimension */
  int32_t elements;           /* 1 for a scalar; 0 is not used by operators */
  uint32_t bytes;
  uint8_t *data;      /* where its values lie, in the file or in the arena; NULL where the arena has none */
  bool is_constant;   /* the file holds its values, which are never written */
  bool is_variable;   /* the state of one operator, kept from one inference to the next */
  tm_vector scales;   /* floats; none where it is not quantized */
  float scale;        /* the first */
  int32_t zero_point; /* the first; INT32_MAX where it has more than 32 bits */
  int32_t axis;       /* dimension that several scales run along */
} tm_tensor;

typedef struct {
  uint32_t index;
  int32_t code;      /* of the schema's BuiltinOperator */
  uint32_t options;  /* position of the table of options, 0 where there is none */
  tm_vector inputs;  /* int32: tensors, -1 where an optional one is absent */
  tm_vector outputs; /* int32: tensors */
} tm_node;

/* Calls a kernel: `call` holds its arrays and parameters. */
typedef void tm_run(const void *call);

/* A layer that was prepared: an operator that computes something. */
typedef struct {
  tm_run *run;
  const void *call;
} tm_layer;

/* A variable tensor, as a reset needs to know it. */
typedef struct tm_variable {
  struct tm_variable *next; /* NULL: the last */
  uint8_t *data;
  uint32_t bytes;
  int32_t value; /* of each byte at the beginning */
} tm_variable;

/* A kernel compiled for one layer's parameters, which makes it faster than the one that takes any. */
typedef struct {
  tm_run *general;    /* the function that it stands in for */
  const void *params; /* of the layer, as operators prepare them; integers only */
  uint32_t size;      /* bytes of params */
  tm_run *run;
} tm_special;

typedef struct {
  tm_flatbuffer file;
  tm_vector codes;            /* tables */
  tm_vector buffers;          /* tables */
  tm_vector tensors;          /* tables */
  tm_vector operators;        /* tables */
  tm_vector inputs;           /* int32 */
  tm_vector outputs;          /* int32 */
  const int32_t *offsets;     /* of each tensor in the arena; NULL until they are planned */
  const tm_special *specials; /* ended by one without functions */
  tm_vector prepared; /* bytes: arrays that operators need, from the file's metadata; those that are left */
  uint8_t *arena;
  uint32_t tensor_bytes; /* bytes from the arena's beginning on that hold tensors */
  uint32_t free_end;     /* the arena's bytes from here on hold what operators prepared */
  tm_node node;          /* the operator that is being prepared */
  uint32_t layer_count;  /* so far */
  tm_layer *layers;
  volatile uint32_t layer; /* the one that is running, for the report of a fault */
  tm_buffer *layer_outputs;
  tm_variable *variables; /* NULL: none */
  tm_model *descriptor;   /* the model as the runtime sees it */
} tm_interpreter;

/* Keep the first error. Returns false. */
bool tm_fail(tm_interpreter *model, int32_t error, uint32_t index, uint32_t detail) TM_COLD;

/* Whether all is well so far. A read outside the file becomes TM_ERROR_MALFORMED here. */
bool tm_is_ok(tm_interpreter *model) TM_COLD;

/* Read tensor `index`, which must be one of the model's. Returns false where it is not a possible one. */
bool tm_tensor_read(tm_interpreter *model, int32_t index, tm_tensor *tensor) TM_COLD;

/* Read a tensor that must have its values, or room for them, somewhere. */
bool tm_place_read(tm_interpreter *model, int32_t index, tm_tensor *tensor) TM_COLD;

/* Find the bytes of buffer `index`. Returns whether the model has it. */
bool tm_buffer_read(tm_interpreter *model, uint32_t index, tm_vector *bytes) TM_COLD;

void tm_node_read(tm_interpreter *model, uint32_t index, tm_node *node) TM_COLD;

/* Find the parts of the model and check all of it. Uses the arena for a while. */
bool tm_graph_read(tm_interpreter *model) TM_COLD;

/* The next array that was prepared on the host, `size` bytes, below 2^31, from a multiple of 4 on; NULL where the
 * file has no more: then the caller computes it, and those that follow. What it holds is as hostile as all of the
 * file. */
const void *tm_prepared(tm_interpreter *model, uint32_t size) TM_COLD;

/* What operators keep holds pointers, which are aligned on every machine. */
#define TM_ALIGNMENT ((uint32_t)sizeof(void *))

/* Take `size` bytes, below 2^31, from the arena's end, from a multiple of TM_ALIGNMENT on; NULL (and an error)
 * where it is full. */
void *tm_take(tm_interpreter *model, uint32_t size) TM_COLD;

#endif
