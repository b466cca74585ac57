#!/usr/bin/env python3
"""Runs clang-tidy over src/, two files at a time, and remembers what was clean: a file is read again only when it, a header of ours,
or the configuration has changed.      scripts/tidy.py clang-tidy build/clang"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get('XDG_CACHE_HOME', pathlib.Path.home() / '.cache')) / 'madang-tidy'


def headers_digest(tool):
    digest = hashlib.sha256(tool.encode() + (ROOT / '.clang-tidy').read_bytes())
    for folder in ('include', 'src'):
        for path in sorted((ROOT / folder).rglob('*.?pp')):
            if path.suffix in ('.hpp', '.ipp'):
                digest.update(path.read_bytes())
    return digest.digest()


def check(tool, build, path, common):
    mark = CACHE / hashlib.sha256(common + path.read_bytes() + str(path.relative_to(ROOT)).encode()).hexdigest()
    if mark.exists():
        return None
    done = subprocess.run([tool, '--quiet', '-p', str(build), str(path)], capture_output=True, text=True)
    if done.returncode != 0:
        return done.stdout + done.stderr
    mark.touch()
    return None


def main():
    tool = sys.argv[1]
    build = pathlib.Path(sys.argv[2]).resolve()
    CACHE.mkdir(parents=True, exist_ok=True)
    commands = json.loads((build / 'compile_commands.json').read_text())
    files = sorted({pathlib.Path(c['file']) for c in commands if c['file'].startswith(str(ROOT / 'src')) and '/boost_' not in c['file']})
    common = headers_digest(tool)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        findings = [f for f in pool.map(lambda p: check(tool, build, p, common), files) if f]
    for finding in findings:
        print(finding, file=sys.stderr)
    print(f'clang-tidy: {len(files)} files, {len(findings)} with findings')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main())
