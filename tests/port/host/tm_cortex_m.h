/* Stands in for the real header where a port is compiled for the host: each access to a register goes through a
 * model (registers.c), which answers as the test has told it. */
#ifndef TM_CORTEX_M_H
#define TM_CORTEX_M_H

#include <stdint.h>

volatile void *tm_model_register(uint32_t address);

#define TM_REGISTER(address) (*(volatile uint32_t *)tm_model_register(address))
#define TM_REGISTER16(address) (*(volatile uint16_t *)tm_model_register(address))
#define TM_REGISTER8(address) (*(volatile uint8_t *)tm_model_register(address))
#define TM_BARRIER() __sync_synchronize()
#define TM_SCB_CCR TM_REGISTER(0xE000ED14u)

void tm_cpu_reset(void);

#endif
