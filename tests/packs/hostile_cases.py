"""Rules that do what no rule should do, each with what is to be said of it."""

from __future__ import annotations

CHECK = "def check_model(self, model, context):\n    "
REPORT = 'yield Report(Place(model.site), "before")\n    '


def reported(report: str) -> str:
    return f"{CHECK}yield {report}"


def fixed(changes: str, applicability: str = "Applicability.SAFE") -> str:
    return reported(f'Report(Place(model.site), "x", fix=FixPlan("t", {changes}, {applicability}))')


HANGS = {
    "loops": CHECK + "while True: pass\n    yield",
    "loops_and_catches_all": CHECK
    + "while True:\n        try:\n            while True: pass\n        except BaseException: pass\n    yield",
    "loops_in_c": CHECK + "sum(itertools.repeat(1, 10**14))\n    yield",
    "loops_deaf": CHECK + "signal.signal(signal.SIGALRM, signal.SIG_IGN)\n    while True: pass\n    yield",
    "sleeps": CHECK + "time.sleep(10**6)\n    yield",
    "backtracks": CHECK + "re.match('(a+)+$', 'a' * 40 + 'b')\n    yield",
}

FAILS = {
    # raises
    "raises": (CHECK + "raise ValueError('boom')\n    yield", "crashed: ValueError: boom"),
    "raises_later": (CHECK + REPORT + "raise LookupError('late')", "crashed: LookupError: late"),
    "raises_in_call": ("def check_call(self, call, program, context): yield 1 / 0", None),
    "raises_in_class": ("def check_class(self, cls, program, context): yield 1 / 0", None),
    "raises_in_module": (
        "def check_module(self, program, context): yield 1 / 0",
        "crashed: ZeroDivisionError: division by zero",
    ),
    "raises_in_constructor": (
        "def __init__(self): raise OSError(5, 'no')\n" + CHECK + "yield",
        "crashed: OSError: [Errno 5] no",
    ),
    "raises_what_has_no_text": (
        "class E(Exception):\n    def __str__(self): raise SystemExit\n" + CHECK + "raise self.E\n    yield",
        "crashed: E",
    ),
    "exits": (CHECK + "sys.exit('bye')\n    yield", "crashed: SystemExit: bye"),
    "interrupts": (CHECK + "raise KeyboardInterrupt\n    yield", "crashed: KeyboardInterrupt"),
    "closes": (CHECK + "raise GeneratorExit\n    yield", "crashed: GeneratorExit"),
    "raises_no_exception": (
        "class E(BaseException): pass\n" + CHECK + "raise self.E('base')\n    yield",
        "crashed: E: base",
    ),
    "recurses": (
        CHECK + "self.check_model = lambda: self.check_model()\n    self.check_model()\n    yield",
        "Recursion",
    ),
    "asks_for_too_much": (CHECK + "bytearray(1 << 44)\n    yield", "crashed: MemoryError"),
    "eats_memory": (CHECK + "x = []\n    while True: x.append(bytearray(1 << 22))\n    yield", "crashed: MemoryError"),
    # ends the process
    "ends_the_process": (CHECK + "os._exit(0)\n    yield", "ended its process with exit code 0"),
    "ends_the_process_with_3": (CHECK + REPORT + "os._exit(3)", "ended its process with exit code 3"),
    "crashes_hard": (
        CHECK + "import ctypes, faulthandler; faulthandler.disable(); ctypes.string_at(0)\n    yield",
        "ended its process by the signal SIGSEGV",
    ),
    "aborts": (CHECK + "os.abort()\n    yield", "ended its process by the signal SIGABRT"),
    "kills_itself": (CHECK + "os.kill(os.getpid(), 9)\n    yield", "ended its process by the signal SIGKILL"),
    "closes_all_files": (CHECK + "os.closerange(0, 1000)\n    yield", "ended its process"),
    # returns nonsense
    "returns_none": ("def check_model(self, model, context): pass", "crashed: TypeError: 'NoneType'"),
    "returns_a_number": ("def check_model(self, model, context): return 3", "crashed: TypeError: 'int'"),
    "returns_a_text": ("def check_model(self, model, context): return 'abc'", "yielded a str, which is no Report"),
    "yields_none": (CHECK + "yield", "yielded None, which is no Report"),
    "reports_for_ever": (CHECK + "while True: yield Report(Place(), 'again')", "reported more than 10,000 things"),
    "reports_at_a_number": (reported('Report(7, "x")'), "with a int as at"),
    "reports_at_a_layer": (reported('Report(next(model.layers()), "x")'), "with a LayerObject as at"),
    "reports_at_another_site": (reported('Report(Place(Site(10**9)), "x")'), "reports that can't be used: IndexError"),
    "reports_at_a_negative_site": (reported('Report(Place(Site(-1)), "x")'), "with a Site as site"),
    "reports_a_number": (reported("Report(Place(model.site), 3)"), "with a int as message"),
    "reports_nothing": (reported('Report(Place(model.site), "")'), "with an empty text as message"),
    "reports_wrong_severity": (
        reported('Report(Place(model.site), "x", severity="error")'),
        "with a str as severity",
    ),
    "relates_nonsense": (reported('Report(Place(model.site), "x", related=("ab",))'), "with a str in related"),
    "plans_nonsense": (reported('Report(Place(model.site), "x", fix="fix")'), "with a str as fix"),
    "plans_no_changes": (fixed('("ab",)'), "whose changes are no tuple of changes"),
    "plans_elsewhere": (fixed('(AddArgument(Site(10**9), "a=1"),)'), "reports that can't be used: IndexError"),
    "plans_numbers": (fixed("(ReplaceCode(model.site, (3,)),)"), "reports that can't be used: AttributeError"),
    "plans_with_zeal": (fixed('(AddArgument(model.site, "a=1"),)', "9"), "with a int as applicability"),
}
"""The body of the class, and a part of the message; None where the programs have nothing that the rule looks at."""

LIVES = {
    "changes_the_model": "model.weights.clear(); object.__setattr__(model, 'nodes', ()); "
    "object.__setattr__(model, 'site', [])",
    "changes_the_reports": "Report.__init__ = Place.__init__ = Site.__init__ = None",
    "changes_folder": "os.chdir('/')",
    "changes_limits": "sys.setrecursionlimit(60)",
    "changes_path": "sys.path.clear(); sys.modules.clear()",
    "changes_environment": "os.environ.clear(); os.environ['TDLINT_DEBUG'] = '1'",
    "changes_builtins": "import builtins; builtins.open = builtins.len = builtins.isinstance = None",
    "changes_warnings": "warnings.simplefilter('error')",
    "changes_handlers": "signal.signal(signal.SIGINT, signal.SIG_DFL); signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    "prints": "print('printed'); os.write(1, b'written'); sys.stdout.flush()",
    "starts_a_thread": "threading.Thread(target=time.sleep, args=(100,)).start()",
    "forks": "os.fork()",
}
"""Statements of rules that then report something, or fail; all that others say stays."""
