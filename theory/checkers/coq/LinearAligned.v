(** Linear directions (docs/theory.md#linear.aligned): the noise of the staleness meets the gradient in second order.

    A step moves the gradient F by what is linear in it.  What F was d steps ago, and the noise of the stages that miss
    that step, are orthogonal; only [far], what F has moved since, meets that noise. *)

From Coq Require Import Reals Lra Lia.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Master.
Local Open Scope R_scope.

Section late.
  Variables (P : sampler) (K : nat).
  Context {H : space}.
  Variable F : process P K H.
  Variable alpha : R.
  Hypothesis alpha_nonneg : 0 <= alpha.
  Hypothesis F_known : known P K H 1 F.

  Lemma late_term (late far : process P K H) d s t : differences P K H late -> norm far <= s -> norm late <= t ->
    let z : process P K H := delayed P K H d late in
    inner F z = inner (delayed P K H d F : process P K H) z - alpha * inner far z -> Rabs (inner F z) <= alpha * (s * t).
  Proof.
    intros D Far Late z E.
    assert (O : inner (delayed P K H d F : process P K H) z = 0).
    { rewrite inner_sym. apply (tower P K H d (d + 1)); [now apply centred_delayed | now apply known_delayed | lia]. }
    assert (Z : norm z <= t).
    { apply Rle_trans with (2 := Late). apply sqrt_le_1_alt. now apply (shift_down P K H d). }
    rewrite E, O. replace (0 - alpha * inner far z) with (- (alpha * inner far z)) by ring.
    rewrite Rabs_Ropp, Rabs_mult, (Rabs_pos_eq alpha) by exact alpha_nonneg.
    apply Rmult_le_compat_l; [exact alpha_nonneg|]. apply Rle_trans with (1 := cauchy_schwarz_abs far z).
    apply Rmult_le_compat; auto using norm_nonneg.
  Qed.

  (** The noise of the staleness is alpha times the sum. *)
  (* Claim: linear.late *)
  Theorem late_noise (late far : nat -> process P K H) (d : nat -> nat) (s t : nat -> R) i :
    (forall j, differences P K H (late j)) -> (forall j, norm (far j) <= s j) -> (forall j, norm (late j) <= t j) ->
    (forall j, let z : process P K H := delayed P K H (d j) (late j) in
      inner F z = inner (delayed P K H (d j) F : process P K H) z - alpha * inner (far j) z) ->
    Rabs (inner F (vsum i (fun j => delayed P K H (d j) (late j) : process P K H)))
      <= alpha * sum i (fun j => s j * t j).
  Proof.
    intros D Far Late E. rewrite inner_sym, inner_vsum. induction i as [|i IH]; cbn [sum].
    - rewrite Rabs_R0. lra.
    - apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rmult_plus_distr_l. apply Rplus_le_compat; [exact IH|].
      rewrite inner_sym. now apply (late_term (late i) (far i) (d i) (s i) (t i)).
  Qed.
End late.

(** Theorem 1 with it: F + bv + bw is the mean of what is read, e the mean drift; of bw only its square and what of it
    meets F is left. *)
(* Claim: linear.aligned *)
Theorem aligned_point {H : space} (F bv bw e : H) p cw x rho T2 q qn met Y :
  norm bv <= q * Y -> norm bw <= qn -> Rabs (inner F bw) <= met ->
  let read := plus F (plus bv bw) in
  let E := norm read in let T := sqrt (rho ^ 2 * E ^ 2 + T2) in
  norm e ^ 2 <= rho ^ 2 * E ^ 2 + T2 -> norm (plus read e) = Y ->
  inner F (plus read e) <= p + cw + x / 2 * Y ^ 2 ->
  E ^ 2 <= norm F ^ 2 + 2 * (norm F * (q * Y)) + 2 * met + (q * Y + qn) ^ 2 /\ Y <= E + T /\
  norm F ^ 2 <= p + cw + x / 2 * Y ^ 2 + norm F * (q * Y) + met + norm F * T.
Proof.
  intros Bv Bw Met read E T Drift Step Descent.
  assert (He : norm e <= T).
  { unfold T. rewrite <- (sqrt_pow2 (norm e)) by apply norm_nonneg. now apply sqrt_le_1_alt. }
  pose proof (inner_le_product F bv _ _ (Rle_refl _) Bv) as Along.
  pose proof (cauchy_schwarz_abs F bv) as Against. pose proof (Rle_abs (- inner F bv)) as Neg. rewrite Rabs_Ropp in Neg.
  pose proof (Rmult_le_compat_l _ _ _ (norm_nonneg F) Bv) as Long.
  pose proof (cauchy_schwarz_abs F e) as Drifts. pose proof (Rle_abs (- inner F e)) as Neg'. rewrite Rabs_Ropp in Neg'.
  pose proof (Rmult_le_compat_l _ _ _ (norm_nonneg F) He) as Long'.
  pose proof (Rle_abs (inner F bw)). pose proof (Rle_abs (- inner F bw)) as Neg2. rewrite Rabs_Ropp in Neg2.
  pose proof (minkowski bv bw) as Sum.
  assert (Stale : norm (plus bv bw) ^ 2 <= (q * Y + qn) ^ 2)
    by (apply pow_incr; split; [apply norm_nonneg | lra]).
  repeat split.
  - assert (I : inner read read
      = inner F F + 2 * inner F bv + 2 * inner F bw + inner (plus bv bw) (plus bv bw)).
    { unfold read. rewrite !inner_plus, !inner_plus_r, (inner_sym bv F), (inner_sym bw F).
      ring. }
    unfold E. rewrite !norm_sq in *. lra.
  - rewrite <- Step. apply Rle_trans with (1 := minkowski read e). fold E. lra.
  - unfold read in Descent. rewrite !inner_plus_r in Descent. rewrite norm_sq. lra.
Qed.
