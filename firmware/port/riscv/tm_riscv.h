/* Registers of a 32-bit RISC-V core that the port uses. */
#ifndef TM_RISCV_H
#define TM_RISCV_H

#include <stdint.h>

#define TM_REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))
#define TM_REGISTER8(address) (*(volatile uint8_t *)(uintptr_t)(address))

/* Numbers of control and status registers. */
#define TM_CSR_MSTATUS 0x300
#define TM_CSR_MTVEC 0x305
#define TM_CSR_MSCRATCH 0x340
#define TM_CSR_MEPC 0x341
#define TM_CSR_MCAUSE 0x342
#define TM_CSR_MTVAL 0x343
#define TM_CSR_PMPCFG0 0x3A0
#define TM_CSR_PMPADDR0 0x3B0

/* Reads and writes one of them. Compilers differ in whether rv32imac has the instructions for that (later
 * specifications moved them to the extension Zicsr); .insn spells csrr and csrw without asking. It wants the 12
 * bits of the number with a sign. */
#define TM_CSR_READ(number, variable) \
  __asm volatile(".insn i 0x73, 2, %0, x0, %1" : "=r"(variable) : "i"(TM_CSR_SIGNED(number)))
#define TM_CSR_WRITE(number, value) \
  __asm volatile(".insn i 0x73, 1, x0, %1, %0" ::"i"(TM_CSR_SIGNED(number)), "r"(value) : "memory")
#define TM_CSR_SIGNED(number) ((int32_t)((number) ^ 0x800) - 0x800)

/* An entry of PMPCFG0: nobody may read, write or execute a naturally aligned power of two, not even machine mode.
 * Such an entry stays until a reset. */
#define TM_PMPCFG_NO_ACCESS ((1u << 7) | (3u << 3))
#define TM_PMPADDR(base, log2_size) ((base) >> 2 | ((1u << ((log2_size)-3u)) - 1u))

/* The cause given to tm_fault is the register mcause, and this bit where the stack pointer had left the stack. */
#define TM_FAULT_STACK_OVERFLOW (1u << 16)

/* Starts the image again, with the chip as it is: RISC-V defines no reset, and what a chip has for one differs.
 * Does not return. */
void tm_cpu_restart(void);

#endif
