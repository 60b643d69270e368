"""Rules about random sequences in Coq: martingale differences and what is known before them, delays, paths.

They are not searched for: each rule writes the application of the lemma of the library that proves it (`Rules.v`).
"""

from dataclasses import replace as altered

from theory.checkers.coq_cite import at_hand, known_here, own
from theory.checkers.coq_lemma import Scope
from theory.checkers.coq_statement import ago, natural
from theory.checkers.coq_world import At, Env, Untranslatable
from theory.kernel.signs import Rel
from theory.kernel.statement import Recursion, Vec
from theory.kernel.terms import gram, number


def tower(goal: Rel, scope: Scope, difference: str, known: str) -> None:
    """Write that a martingale difference is orthogonal to what is known before its time."""
    lemma, printer = scope.lemma, scope.printer
    if goal != Rel(gram(difference, known), "==", number(0)):
        raise Untranslatable(f"{goal} is not the tower property of {difference} and {known}")
    centred, lag = _centred(scope, difference)
    d, z = printer.name(difference, vector=True), printer.name(known, vector=True)
    if any(known in recursion.generators for recursion in lemma.world.statement.recursions):
        fact = lemma.new()
        lemma.add(f"assert ({fact} : centred Smp Len _ {lag} {d}). {{ {centred}. }}")
        if difference < known:
            lemma.add(f"rewrite (inner_sym {d} {z}).")
        _unseen(scope, known, d, lag, fact)
        return
    tactic, earlier = known_here(scope, known)
    if difference > known:
        lemma.add(f"rewrite (inner_sym {z} {d}).")
    lemma.add(f"apply (tower Smp Len _ {lag} {earlier} {d} {z}). {{ {centred}. }} {{ {tactic}. }} lia.")


def _unseen(scope: Scope, name: str, d: str, lag: str, centred: str) -> None:
    """Write that a generator is orthogonal to d, which `centred` says of `lag` steps ago, since it is known before it.

    What a recursion builds is only known through its inner products, so that for it this is an induction: at the start
    and at each next count it is a combination of what is orthogonal to d.
    """
    lemma, printer = scope.lemma, scope.printer
    z = printer.name(name, vector=True)
    made = next((item for item in lemma.world.statement.recursions if name in item.generators), None)
    if made is None:
        tactic, earlier = known_here(scope, name)
        lemma.add(f"rewrite (inner_sym {z} {d}).")
        lemma.add(f"apply (tower Smp Len _ {lag} {earlier} {d} {z}). {{ exact {centred}. }} {{ {tactic}. }} lia.")
        return
    count, everywhere = lemma.new("k"), lemma.new()
    here = altered(scope, env={**scope.env, made.counter: At(count, "")})
    lemma.add(f"assert ({everywhere} : forall {count} : nat, inner {here.printer.name(name, vector=True)} {d} = 0). {{")
    lemma.add(f"intro {count}. induction {count} as [|{count} IH]. {{")
    for place, kind in enumerate(("start", "next")):
        equation, facts = at_hand(here, own(lemma, kind, (name, True, made.counter))), list[str]()
        for generator, _ in made.vectors_at(place)[name]:
            if generator in made.generators - {name}:
                raise Untranslatable(f"{name} and {generator} are built together")
            facts.append("IH" if generator == name else lemma.new())
            if generator != name:
                value = here.printer.name(generator, vector=True)
                lemma.add(f"assert ({facts[-1]} : inner {value} {d} = 0). {{")
                _unseen(here, generator, d, lag, centred)
                lemma.add("}")
        lemma.add(f"rewrite {', '.join([f'({equation} {d})', *facts])}; ring.")
        lemma.add("}" if place else "} {")
    lemma.add(f"}} exact ({everywhere} {printer.at(made.counter)}).")


def _centred(scope: Scope, name: str) -> tuple[str, str]:
    """Return the tactic that shows a generator to be a sum of martingale differences, and from how many steps ago."""
    lemma, printer, statement = scope.lemma, scope.printer, scope.lemma.world.statement
    for recursion in statement.recursions:
        for built, start, after in recursion.vectors:
            if built == name:
                return _centred_sum(scope, name, recursion, start, after), printer.at(recursion.counter)
    for delay in statement.delays:
        if delay.name == name:
            made = at_hand(scope, own(lemma, "delay", (name, delay.of)))
            fresh = at_hand(scope, own(lemma, "differences", (delay.of,)))
            lag = natural(lemma, delay.lag, scope.env)
            return (
                f"apply (centred_same _ _ _ _ _ _ {made}); apply centred_delayed; exact {fresh}",
                lag,
            )
    fresh = at_hand(scope, own(lemma, "differences", (name,)))
    known, since = statement.times(name)
    if since is not None and {ago(lemma, time, scope.env) for time in (known, since)} != {"0"}:
        return f"exact {fresh}", ago(lemma, since, scope.env)
    return f"apply centred_now; exact {fresh}", "0"


def _centred_sum(scope: Scope, name: str, recursion: Recursion, start: Vec, after: Vec) -> str:
    """Return the induction that shows what is built of delayed differences to be centred before them all."""
    lemma, count = scope.lemma, scope.lemma.new("k")
    if start or dict(after).keys() <= {name}:
        raise Untranslatable(f"{name} does not start from zero")
    env: Env = {**scope.env, recursion.counter: At(count, "")}
    here = altered(scope, env=env)
    printer, value = lemma.printer(env), scope.printer.at(recursion.counter)
    whole = lemma.printer({**env, recursion.counter: At("m", "")}).name(name, vector=True)
    parts, rewrites = [], []
    for generator, _ in after:
        fact = lemma.new()
        if generator == name:
            reason, lag = "exact IH", count
        else:
            reason, lag = _centred(here, generator)
        own_name = printer.name(generator, vector=True)
        parts.append(
            f"assert ({fact} : centred Smp Len _ (S {count}) {own_name}) by "
            f"(apply (centred_later _ _ _ {lag}); [{reason} | lia])"
        )
        rewrites.append(f"({fact} Y)")
    zero = at_hand(here, own(lemma, "start", (name, True, recursion.counter)))
    step = at_hand(here, own(lemma, "next", (name, True, recursion.counter)))
    everywhere = lemma.new()
    return (
        f"assert ({everywhere} : forall m : nat, centred Smp Len _ m {whole}) by ("
        f"intro {count}; induction {count} as [|{count} IH]; [intros Y; apply {zero} | {'; '.join(parts)}; "
        f"intros Y; rewrite {step}, {', '.join(rewrites)}; ring]); exact ({everywhere} {value})"
    )


def shift(goal: Rel, scope: Scope, delayed: str) -> None:
    """Write that a delayed sequence is no longer than its origin."""
    lemma = scope.lemma
    for delay in lemma.world.statement.delays:
        if delay.name == delayed and goal == Rel(gram(delayed, delayed), "<=", gram(delay.of, delay.of)):
            made = at_hand(scope, own(lemma, "delay", (delayed, delay.of)))
            lag = natural(lemma, delay.lag, scope.env)
            lemma.add(f"apply (shift_down Smp Len _ {lag}). exact {made}.")
            return
    raise Untranslatable(f"{goal} does not compare {delayed} with its origin")


def telescope(goal: Rel, scope: Scope, now: str) -> None:
    """Write that the steps of a path add up."""
    lemma = scope.lemma
    for path in lemma.world.statement.paths:
        if path.now == now and goal.op == "==":
            made = own(lemma, "path", tuple(path)).name
            lemma.add(f"apply (conv_eq _ _ _ _ (path_telescopes _ _ _ _ _ _ _ _ _ {made})); same.")
            return
    raise Untranslatable(f"{goal} is not what the path of {now} telescopes to")
