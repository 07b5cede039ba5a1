"""What one process costs, by measure.c: prepare(FOLDER) compiles it, once(COMMAND) runs a command to its end."""
import os, subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
MEASURE = None


def prepare(folder):
    global MEASURE
    MEASURE = os.path.join(folder, 'measure')
    subprocess.run([os.environ.get('CC', 'cc'), '-O2', HERE + '/measure.c', '-o', MEASURE], check=True)


def once(command):
    """CPU and wall-clock milliseconds, peak KiB; None when it fails."""
    status, cpu, wall, peak = map(int, subprocess.run([MEASURE, *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True).stdout.split())
    return None if status else (cpu / 1e3, wall / 1e3, peak)
