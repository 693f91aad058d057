*** Comments ***
Netduino Plus 2 (STM32F405RG, Cortex-M4F) in Renode.
The image that PlatformIO has built describes itself as what was generated, and runs an inference.
From the project's folder, after pio run: renode-test renode/netduinoplus2.robot
Time-outs are in virtual seconds, so that the test takes the same course on any machine.

*** Variables ***
${SCRIPT}       ${CURDIR}/netduinoplus2.resc
${IMAGE}        ${CURDIR}/../.pio/build/netduinoplus2/firmware.elf
${CONSOLE}      sysbus.usart6
# Frames as firmware/protocol.toml of tinyml defines them. The request for a description, and the beginning of the
# answer: the protocol, the hash of the project's files, the numbers of layers, inputs and outputs, the arena.
@{HELLO}
...             0x00  0x01  0x0c  0x01  0x01  0x0c  0x8d  0xfa  0xa3  0x2c  0x50  0xf1  0x6b  0xdd  0x00
${DESCRIBED}
...             00 01 03 01 01 0a 8d fa a3 2c 78 56 34 12 03 01
...             01 02 01 01 01 02 01 01 01 01 02 01 01
# The request to run the model, and the beginning of the answer, which says ok.
@{INVOKE}
...             0x00  0x09  0x01  0x01  0x04  0x0c  0x61  0x5b  0xe0  0xf5  0x00
${INVOKED}
...             00 04 01 01 04

*** Keywords ***
Boot
    ${image}=    Evaluate    $IMAGE.replace(" ", "\\\\ ")
    ${script}=    Evaluate    $SCRIPT.replace(" ", "\\\\ ")
    Execute Command    set bin @${image}
    Execute Command    include @${script}
    Create Terminal Tester    ${CONSOLE}    timeout=0.048    binaryMode=true
    Execute Command    logLevel 3
    Execute Command    emulation SetAdvanceImmediately true
    Execute Command    emulation RunFor "0.048"

Send Frame
    [Arguments]    @{frame}
    FOR    ${byte}    IN    @{frame}
        Send Key To Uart    ${byte}
    END

*** Test Cases ***
Should Describe Itself As What Was Generated
    Boot
    Send Frame    @{HELLO}
    Wait For Bytes On Uart    ${DESCRIBED}

Should Run An Inference
    Boot
    Send Frame    @{HELLO}
    Wait For Bytes On Uart    ${DESCRIBED}
    Send Frame    @{INVOKE}
    Wait For Bytes On Uart    ${INVOKED}    timeout=0.050
