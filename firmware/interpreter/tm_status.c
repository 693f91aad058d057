#include "tm_graph.h"

bool tm_fail(tm_interpreter *model, int32_t error, uint32_t index, uint32_t detail) {
  tm_status *status = &model->descriptor->status;
  if (status->error == TM_OK) {
    status->error = error;
    status->index = index;
    status->detail = detail;
  }
  return false;
}

bool tm_is_ok(tm_interpreter *model) {
  if (model->file.malformed) tm_fail(model, TM_ERROR_MALFORMED, 0, 0);
  return model->descriptor->status.error == TM_OK;
}

void *tm_take(tm_interpreter *model, uint32_t size) {
  if (size > model->free_end - model->tensor_bytes) {
    tm_fail(model, TM_ERROR_ARENA, 0, size);
    return NULL;
  }
  model->free_end = (model->free_end - size) & ~(TM_ALIGNMENT - 1); /* tensor_bytes is a multiple, too */
  return model->arena + model->free_end;
}

const void *tm_prepared(tm_interpreter *model, uint32_t size) {
  tm_vector *left = &model->prepared;
  const uint8_t *array = model->file.data + left->start;
  size = (size + 3) & ~3u;
  if (size > left->length) {
    left->length = 0; /* a smaller array that comes later is not what lies here */
    return NULL;
  }
  left->start += size;
  left->length -= size;
  return array;
}
