/* Pins of the STM32 families from the F2 and the L0 on; those of the F1 are other ones. */
#ifndef TM_STM32_GPIO_H
#define TM_STM32_GPIO_H

#include "tm_stm32.h"

#define TM_STM32_GPIO_MODER 0x00u
#define TM_STM32_GPIO_PUPDR 0x0Cu
#define TM_STM32_GPIO_AFR(pin) (0x20u + 4u * ((pin) / 8u))
#define TM_STM32_GPIO_MODE_ALTERNATE 2u
#define TM_STM32_GPIO_PULL_UP 1u

/* Connects a pin to its peripheral, pulled up so that an open line reads as idle. `base` is port A's first
 * register and `enable` the one whose bit 0 clocks port A. The mode comes last: until then the pin does nothing.
 */
static inline void tm_stm32_connect(uint32_t base, uint32_t enable, uint32_t port, uint32_t pin) {
  const uint32_t gpio = base + 0x400u * port;
  const uint32_t nibble = 4u * (pin % 8u);
  tm_stm32_enable(enable, port);
  tm_stm32_change(gpio + TM_STM32_GPIO_AFR(pin), 15u << nibble, TM_BOARD_CONSOLE_ALTERNATE_FUNCTION << nibble);
  tm_stm32_change(gpio + TM_STM32_GPIO_PUPDR, 3u << (2u * pin), TM_STM32_GPIO_PULL_UP << (2u * pin));
  tm_stm32_change(gpio + TM_STM32_GPIO_MODER, 3u << (2u * pin), TM_STM32_GPIO_MODE_ALTERNATE << (2u * pin));
}

/* Connects both pins of the console. */
static inline void tm_stm32_connect_console(uint32_t base, uint32_t enable) {
  tm_stm32_connect(base, enable, TM_BOARD_CONSOLE_TX_PORT, TM_BOARD_CONSOLE_TX_PIN);
  tm_stm32_connect(base, enable, TM_BOARD_CONSOLE_RX_PORT, TM_BOARD_CONSOLE_RX_PIN);
}

#endif
