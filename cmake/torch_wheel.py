"""What pip would install, read from the report of `pip install --dry-run --report FILE`.

    torch_wheel.py build FILE   prints "cpu" or "cuda", the build of torch that pip would take
    torch_wheel.py bytes FILE   prints the size of all that pip would download; 0 where a server does not say
"""

import json
import re
import sys
import urllib.request


def torch_build(report):
    torch = next(item["metadata"] for item in report["install"] if item["metadata"]["name"] == "torch")
    if torch["version"].endswith("+cpu"):
        return "cpu"
    # The wheels of the main index carry no local version; a CUDA build requires NVIDIA's libraries.
    requirements = torch.get("requires_dist", [])
    return "cuda" if any(re.match(r"(nvidia|cuda)\b", name) for name in requirements) else "cpu"


def download_bytes(report):
    total = 0
    for item in report["install"]:
        url = item["download_info"]["url"]
        if url.startswith("file:"):
            continue
        request = urllib.request.Request(url, method="HEAD")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                total += int(answer.headers["Content-Length"])
        except (OSError, TypeError):  # no answer, or one without a length
            return 0
    return total


def main():
    question, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    print({"build": torch_build, "bytes": download_bytes}[question](report))


if __name__ == "__main__":
    main()
