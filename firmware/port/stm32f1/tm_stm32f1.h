/* What the files of the STM32F1's port give to each other. */
#ifndef TM_STM32F1_H
#define TM_STM32F1_H

/* Starts the counter of tm_port_ticks. */
void tm_stm32f1_start_ticks(void);

#endif
