"""The examples of docs/use-the-stream.md."""

import json
import os
import re
import subprocess
from pathlib import Path

from ..stack import ROOT, Stack
from .own_network import on_this_machine


def test_the_examples_of_the_page_read_the_stream(
    stack: Stack, end_offsets: dict[str, int], tmp_path: Path
) -> None:
    page = (ROOT / "docs" / "use-the-stream.md").read_text(encoding="utf-8")
    for shipped, own in {
        "127.0.0.1:29192": f"127.0.0.1:{stack.environment['KAFKA_PUBLISHED_PORT']}",
        "hospital-pipeline_": f"{stack.project}_",
        "hospital-pipeline/": f"{os.environ['IMAGE_PREFIX']}/",
    }.items():
        assert shipped in page
        page = page.replace(shipped, own)
    [program] = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    commands = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "read_stream.py").write_text(program)

    def run(command: str) -> list[str]:
        shell = ["bash", "-ec", command]
        printed = subprocess.check_output(shell, text=True, cwd=tmp_path, env=stack.environment)
        return printed.splitlines()

    from_machine, from_container, in_java = commands
    everything = on_this_machine(f"cat > read_stream.py; {from_machine}", program).splitlines()
    everything = [line for line in everything if line.endswith("}")]  # without those of pip
    assert len(everything) == end_offsets["hospital.admissions"]
    assert sorted(run(from_container)) == sorted(everything)
    values = [line.split(" ", 2)[2] for line in everything]
    first = run(in_java)
    assert len(first) == 10
    assert set(first) <= set(values)
    assert "patient_id" in json.loads(first[0])
    assert not any("not ours" in line for line in stack.logs("stream_processor"))
