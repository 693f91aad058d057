/* Registers of an Armv7E-M core that the port uses. */
#ifndef TM_CORTEX_M_H
#define TM_CORTEX_M_H

#include <stdint.h>

#define TM_REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

#define TM_SCB_VTOR TM_REGISTER(0xE000ED08u)
#define TM_SCB_AIRCR TM_REGISTER(0xE000ED0Cu)
#define TM_SCB_SHCSR TM_REGISTER(0xE000ED24u)
#define TM_SCB_CFSR TM_REGISTER(0xE000ED28u)
#define TM_SCB_CPACR TM_REGISTER(0xE000ED88u)
#define TM_MPU_CTRL TM_REGISTER(0xE000ED94u)
#define TM_MPU_RNR TM_REGISTER(0xE000ED98u)
#define TM_MPU_RBAR TM_REGISTER(0xE000ED9Cu)
#define TM_MPU_RASR TM_REGISTER(0xE000EDA0u)

#define TM_SCB_AIRCR_RESET 0x05FA0004u         /* the key, and SYSRESETREQ */
#define TM_SCB_SHCSR_FAULTS_ENABLED (7u << 16) /* MemManage, BusFault and UsageFault */
#define TM_SCB_CPACR_FPU (0xFu << 20)          /* full access to coprocessors 10 and 11 */

#define TM_MPU_CTRL_ON 5u /* the MPU, with the default map wherever no region says otherwise */
#define TM_MPU_RASR_NO_ACCESS(log2_size) ((1u << 28) | (((log2_size)-1u) << 1) | 1u)

/* The cause given to tm_fault is the Configurable Fault Status Register. Its bits from 28 on are never set; where
 * the whole register is zero, the number of the exception stands there. */
#define TM_FAULT_EXCEPTION_SHIFT 28u

/* Restarts the chip at once. Does not return. */
void tm_cpu_reset(void);

#endif
