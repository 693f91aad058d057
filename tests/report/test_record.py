import hashlib
import json

import pytest

from tests.report import records
from tinyml import board as boards
from tinyml.generate.project import RECORD
from tinyml.quantize import Accuracy, Converted
from tinyml.report import comparison, record


@pytest.fixture
def project(tmp_path):
    return records.project(tmp_path)


def test_a_record_says_what_ran_and_what_it_took(project):
    made = records.make(project)
    assert made["model"]["path"] == "relu.tflite"
    assert (made["board"], made["target"], made["engine"]) == ("mps2-an386", "qemu", "compiled")
    assert (made["samples"], made["exact"], made["mismatch"], made["first_mismatch"]) == (3, 3, None, None)
    assert made["instructions"] == {"min": 10, "median": 20, "max": 30}
    assert made["layers"] == [{"label": "0 RELU (t1)", "instructions": 9, "microseconds": None}]
    assert made["flash"] == {"code": 2000, "constants": 256, "total": 2300}
    assert (made["arena_bytes"], made["stack_bytes"], made["link_bytes"], made["static_bytes"]) == (
        8,
        264,
        600,
        40,
    )
    hashes = {name: made["hashes"][name] for name in ("project", "image", "samples")}
    assert hashes == {"project": project.sha256(), "image": "ab" * 32, "samples": "cd" * 32}
    assert made["hashes"]["board"] == hashlib.sha256(boards.load("mps2-an386").text.encode()).hexdigest()
    assert (made["schema"], made["options"]) == (record.SCHEMA, {})
    assert (made["versions"]["compiler"], made["versions"]["qemu"]) == ("gcc 12.2", "7.2")


def test_a_record_names_the_first_difference(project):
    made = records.make(project, records.DIFFERING)
    assert (made["exact"], made["first_mismatch"]) == (2, "0 RELU (t1)")
    assert made["mismatch"]["element"] == 4
    assert (made["mismatch"]["expected"], made["mismatch"]["got"]) == (7.0, 8.0)


def test_a_written_record_is_read_back(project):
    made = records.make(project)
    path = record.write(project.path, made)
    assert path == project.path / RECORD
    assert json.loads(path.read_text()) == made
    assert comparison.load(project.path) == made


def test_a_conversion_tells_what_quantization_cost():
    accuracy = Accuracy(5, 0.25, 0.5, 0.8, None, None)
    converted = Converted(b"model", "m.keras", "keras", {"tensorflow": "2"}, 100, accuracy, None)
    told = record.conversion(converted)
    assert (told["source"], told["format"], told["calibration_samples"]) == ("m.keras", "keras", 100)
    assert (told["accuracy"]["mean_error"], told["accuracy"]["agreement"]) == (0.25, 0.8)
    assert record.conversion(Converted(b"", "m.tflite", "tflite", {}, 0, None, None))["accuracy"] is None
