"""The command lines in Markdown: in fenced blocks of shell or console, and in code spans of text, lists and tables."""

import dataclasses
import re

SHELL = {"sh", "bash", "shell"}
CONSOLE = {"", "text", "console"}  # lines that begin with "$ " are commands, the others are what they print

# How a code span begins that is a command line, after settings of the environment. A lone program is only a mention.
PROGRAM = re.compile(r"(?:\w+=\S+ )*(?:\./\S+|\S+/bin/\S+|runner|bench/\S+|tests/\S+|ninja|cmake|ctest|python3|"
                     r"createdb|eval|for|readelf|rm|strings) \S")


@dataclasses.dataclass(frozen=True)
class Script:
    """Command lines that belong together: those of a fenced block, or one of a code span."""
    line: int
    commands: tuple


def scripts(text, runner_commands):
    """All of a document. A span that begins with one of the runner's commands, as in `ls --where tags=good`, means the
    runner's; so does such a word behind another one, as in `runner rm`, `restore`, `purge`."""
    found = []
    for number, language, block in fenced_blocks(text):
        if language in SHELL:
            commands = tuple(_whole_lines(block))
        else:
            commands = tuple(line[2:] for line in block if language in CONSOLE and line.startswith("$ "))
        if commands:
            found.append(Script(number, commands))
    found += [Script(number, (command,)) for number, command in _spans_that_run(text, runner_commands)]
    return sorted(found, key=lambda script: script.line)


def fenced_blocks(text):
    """(line number, language, lines) of each."""
    fence = None
    for number, line in enumerate(text.splitlines(), 1):
        marker = re.match(r"\s*```(\w*)\s*$", line)
        if not marker:
            if fence:
                fence[2].append(line)
        elif fence:
            yield fence
            fence = None
        else:
            fence = (number + 1, marker[1], [])


def code_spans(text):
    """(line number, beginning, end, content) of each outside of fenced blocks; one may go on in the next line."""
    fenced = re.compile(r"^\s*```.*?^\s*```", re.DOTALL | re.MULTILINE)
    prose = fenced.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), text)
    for span in re.finditer(r"`((?:[^`\n]|\n(?!\n))+)`", prose):
        content = span[1].replace("\n", " ").replace("\\|", "|")  # \| is how a table writes |
        yield prose.count("\n", 0, span.start()) + 1, span.start(), span.end(), content


def _whole_lines(lines):
    """Lines put together where a backslash or an open quote says that the next belongs to them."""
    command = ""
    for line in lines:
        command += line
        bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", command)
        code = re.sub(r"(^|\s)#.*", "", bare)
        if command.endswith("\\") or "'" in code:
            command += "\n"
            continue
        if code.strip():
            yield command
        command = ""
    if command:
        yield command


def _spans_that_run(text, runner_commands):
    behind = None  # the end of a span with one of the runner's commands
    for number, begin, end, content in code_spans(text):
        first, _, rest = content.partition(" ")
        follows = behind is not None and re.fullmatch(r",\s|\sand\s", text[behind:begin])
        if PROGRAM.match(content):
            yield number, content
        elif first in runner_commands and (rest or follows):
            yield number, "runner " + content
        else:
            continue
        behind = end


def variants(command):
    """The command lines that one in usage notation stands for: with and without each [part], with each of a|b, and
    `...` for once. Within quotes nothing is notation."""
    pieces = re.split(r"('[^']*'|\"[^\"]*\")", command)  # every second one is quoted
    for index in range(0, len(pieces), 2):
        if part := re.search(r"\s*\[([^\[\]]*)\]", pieces[index]):
            choices = ["", " " + part[1]]
        elif part := re.search(r"\w+(\|\w+)+", pieces[index]):
            choices = part[0].split("|")
        else:
            continue
        for choice in choices:
            changed = pieces[index][: part.start()] + choice + pieces[index][part.end() :]
            yield from variants("".join([*pieces[:index], changed, *pieces[index + 1 :]]))
        return
    yield re.sub(r"\s*\.\.\.", "", command).strip()
