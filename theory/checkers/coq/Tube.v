(** What regions in time prove of a run (docs/theory.md#tube.certified): the run that is stopped where it leaves them
    has their constants, and the rest of the steps is rare. *)

From Coq Require Import Reals Lra.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Master Sequences ConditionalMeans.
From Analog Require Multiplier.
Local Open Scope R_scope.

(** [G] is the gradient along the run, [sG] that before the stop; [left] is at least 1 after it. *)
(* Claim: tube.certified *)
Theorem tube_average (P : sampler) (K : nat) (stop left : history -> R) {H : space} (G sG : process P K H)
  p cw x rho T2 q qn mu A1 Y a G2 :
  (forall h, taken P K h -> stop h ^ 2 = stop h) ->
  (forall h, taken P K h -> forall y, inner (sG h) y = stop h * inner (G h) y) ->
  (forall h, taken P K h -> 1 - stop h <= left h) -> 0 <= G2 ->
  (forall h, taken P K h -> inner (G h) (G h) <= G2) ->
  0 <= T2 -> 0 <= q -> 0 <= qn -> 0 <= mu -> 0 <= p + cw -> 0 < 1 - q ^ 2 - mu * x -> 0 < A1 ->
  Multiplier.right_side (p + cw) x 0 rho T2 q qn mu 0 (Multiplier.plane_gain 0 mu) A1 < A1 ->
  feasible_mean p cw x (sqrt (rho ^ 2 * norm sG ^ 2 + T2)) q qn (norm sG ^ 2) Y a ->
  norm sG ^ 2 < A1 /\ norm G ^ 2 < A1 + average P K left * G2.
Proof.
  intros Stops Is Left HG Top HT Hq Hqn Hm Hp Den P1 Below Point.
  assert (S : norm sG ^ 2 < A1).
  { apply (mean_end p cw x rho T2 q qn mu A1 (norm sG ^ 2) Y a); try assumption. apply pow2_ge_0. }
  split; [exact S|].
  pose proof (stopped_average P K stop Stops G sG Is left G2 HG Left Top). lra.
Qed.
