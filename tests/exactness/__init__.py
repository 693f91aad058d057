"""The proof: random models of every row of the contract, and composed ones, held against TFLM's interpreter.

drawing.py   where models come from, and how a failure is shrunk
driver.c     a program that runs models on samples from a byte stream: on the host, and on emulated boards
engines.py   the driver with the compiled engine or the interpreter, on the host or on a board
check.py     a run: models drawn, expected, run, compared, counted
"""
