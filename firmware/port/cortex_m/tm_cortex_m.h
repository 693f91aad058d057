/* Registers of a Cortex-M core that the port uses. */
#ifndef TM_CORTEX_M_H
#define TM_CORTEX_M_H

#include <stdint.h>

/* Armv7-M and the Main Extension of Armv8-M: the 32-bit Thumb instructions, and with them faults that tell their
 * cause. Armv6-M has the HardFault alone. */
#define TM_MAINLINE (__ARM_ARCH_ISA_THUMB == 2)

/* Armv8-M checks the stack pointer itself. Before that, the memory protection unit guards the stack. */
#define TM_STACK_LIMIT (TM_MAINLINE && __ARM_ARCH >= 8)

#define TM_REGISTER8(address) (*(volatile uint8_t *)(uintptr_t)(address))
#define TM_REGISTER16(address) (*(volatile uint16_t *)(uintptr_t)(address))
#define TM_REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

/* Waits until what was written has taken effect, also on the instructions that follow. */
#define TM_BARRIER() __asm volatile("dsb \n isb" ::: "memory")

#define TM_SCB_VTOR TM_REGISTER(0xE000ED08u)
#define TM_SCB_AIRCR TM_REGISTER(0xE000ED0Cu)
#define TM_SCB_CCR TM_REGISTER(0xE000ED14u)
#define TM_SCB_SHCSR TM_REGISTER(0xE000ED24u)
#define TM_SCB_CFSR TM_REGISTER(0xE000ED28u)
#define TM_SCB_MMFAR TM_REGISTER(0xE000ED34u)
#define TM_SCB_BFAR TM_REGISTER(0xE000ED38u)
#define TM_SCB_CPACR TM_REGISTER(0xE000ED88u)
#define TM_MPU_TYPE TM_REGISTER(0xE000ED90u)
#define TM_MPU_CTRL TM_REGISTER(0xE000ED94u)
#define TM_MPU_RNR TM_REGISTER(0xE000ED98u)
#define TM_MPU_RBAR TM_REGISTER(0xE000ED9Cu)
#define TM_MPU_RASR TM_REGISTER(0xE000EDA0u)

#define TM_SCB_AIRCR_RESET 0x05FA0004u           /* the key, and SYSRESETREQ */
#define TM_SCB_CCR_FAULTS_SHOWN (3u << 3)        /* unaligned accesses and divisions by zero */
#define TM_SCB_SHCSR_FAULTS_ENABLED (0xFu << 16) /* MemManage, BusFault, UsageFault; SecureFault on Armv8-M */
#define TM_SCB_CFSR_MMARVALID (1u << 7)
#define TM_SCB_CFSR_BFARVALID (1u << 15)
#define TM_SCB_CPACR_FPU (0xFu << 20) /* full access to coprocessors 10 and 11: FPU and MVE */

#define TM_MPU_CTRL_ON 5u /* the MPU, with the default map wherever no region says otherwise */
#define TM_MPU_RASR_NO_ACCESS(log2_size) ((1u << 28) | (((log2_size)-1u) << 1) | 1u)

/* The cause given to tm_fault is the Configurable Fault Status Register. Its bits from 28 on are never set; where
 * the whole register is zero or the core has none, the number of the exception stands there. A core without it
 * tells by the register's bit for a failed push (MSTKERR) that the stack pointer had left the stack. */
#define TM_FAULT_EXCEPTION_SHIFT 28u
#define TM_FAULT_OUTSIDE_STACK (1u << 4)
#define TM_EXCEPTION_NMI 2u /* of a watchdog, where the chip has one that asks before it resets */

/* Restarts the chip at once. Does not return. */
void tm_cpu_reset(void);

/* Handles the SysTick exception, for a port that enables it; an unexpected one is reported as a fault. */
void tm_cpu_systick(void);

#endif
