*** Comments ***
Netduino Plus 2 (STM32F405RG, Cortex-M4F) in Renode.
The image that PlatformIO has built describes itself as what was generated, and runs an inference.
From the project's folder, after pio run: renode-test renode/netduinoplus2.robot
Time-outs are in virtual seconds, so that the test takes the same course on any machine.

*** Variables ***
${SCRIPT}       ${CURDIR}/netduinoplus2.resc
${IMAGE}        ${CURDIR}/../.pio/build/netduinoplus2/firmware.elf
${CONSOLE}      sysbus.usart6
# Frames as firmware/protocol.toml of tinyml defines them: a request for a description, and the whole answer to it.
@{HELLO}
...             0x00  0x01  0x01  0x02  0x01  0x01  0x08  0xb2  0x24  0x6c  0x67  0xea  0x48  0xdd  0x00
${DESCRIBED}
...             00 01 01 02 01 01 09 b2 24 6c 78 56 34 12 03 01
...             01 02 01 01 01 02 01 01 01 01 02 01 01 01 01 01
...             01 01 01 01 01 01 01 01 01 26 c3 67 ca c0 06 36
...             9c c0 3e e4 56 66 ec fd f0 35 15 66 3e 1c ca 42
...             15 68 76 6f e3 a7 54 de a1 21 30 2e 31 2e 30 01
...             01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01
...             01 05 7e f6 38 21 00
# The request to run the model, and the beginning of the answer that says ok.
@{INVOKE}
...             0x00  0x04  0x01  0x01  0x04  0x05  0x4a  0x17  0x56  0xfc  0x00
${INVOKED}
...             00 04 01 01 04

*** Keywords ***
Boot
    ${image}=    Evaluate    $IMAGE.replace(" ", "\\\\ ")
    ${script}=    Evaluate    $SCRIPT.replace(" ", "\\\\ ")
    Execute Command    set bin @${image}
    Execute Command    include @${script}
    Create Terminal Tester    ${CONSOLE}    timeout=0.048    binaryMode=true
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
    Send Frame    @{INVOKE}
    Wait For Bytes On Uart    ${INVOKED}    timeout=0.050
