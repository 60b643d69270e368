(** Elements of unequal gains: with f_i = gain_i / max gain and inner products that weigh element i by f_i, every
  element
    keeps its own gamma_i (docs/theory.md#responses; without lag).

    Vectors are scaled by the root of f_i, so that the weighted inner product is the plain one. *)

From Coq Require Import Reals Lra Psatz List.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Master.
Import ListNotations.
Local Open Scope R_scope.

(** * One step *)

Section step.
  Context {C : Type} (Crd : functional C).
  Let U := lift Crd (fun _ => real_space).
  Variables root gamma : C -> R.
  Variables top alpha : R.
  Hypothesis weight : forall c, support Crd c -> root c ^ 2 <= 1.
  Hypothesis gamma_range : forall c, support Crd c -> 0 <= gamma c <= top.

  (* an element's gradient, noise and drift; what is seen of them after scaling; the step *)
  Variables gradient noise drift : C -> R.
  Hypothesis response : forall c, support Crd c -> drift c ^ 2 <= gamma c ^ 2 * (gradient c + noise c) ^ 2.
  Let F : U := fun c => root c * gradient c.
  Let v : U := fun c => root c * (gradient c + drift c).
  Let n : U := fun c => root c * noise c.
  Let gF : U := fun c => gamma c * (root c * gradient c).
  Let gn : U := fun c => gamma c * (root c * noise c).
  Let step : U := fun c => - alpha * root c ^ 2 * (gradient c + drift c + noise c).

  Theorem spread_step :
    inner (gradient : U) step = - alpha * inner F (plus v n) /\
    inner step step <= alpha ^ 2 * inner (plus v n) (plus v n) /\
    inner (plus v (scal (-1) F)) (plus v (scal (-1) F)) <= inner (plus gF gn) (plus gF gn) /\
    inner gF gF <= top ^ 2 * inner F F.
  Proof.
    split; [|split; [|split]].
    - change (Crd (fun c => gradient c * step c) = - alpha * Crd (fun c => F c * (v c + n c))).
      rewrite <- apply_scal. apply apply_ext. intros c _. unfold step, F, v, n. ring.
    - change (Crd (fun c => step c * step c) <= alpha ^ 2 * Crd (fun c => (v c + n c) * (v c + n c))).
      rewrite <- apply_scal. apply apply_le. intros c Hc. unfold step, v, n.
      set (s := gradient c + drift c + noise c).
      replace (- alpha * root c ^ 2 * s * (- alpha * root c ^ 2 * s)) with (root c ^ 2 * (alpha ^ 2 * (root c ^ 2 * s
        ^ 2)))
        by ring.
      replace (alpha ^ 2 * ((root c * (gradient c + drift c) + root c * noise c)
        * (root c * (gradient c + drift c) + root c * noise c))) with (1 * (alpha ^ 2 * (root c ^ 2 * s ^ 2)))
        by (unfold s; ring).
      apply Rmult_le_compat_r; [|now apply weight].
      pose proof (pow2_ge_0 (alpha * (root c * s))). lra.
    - change (Crd (fun c => (v c + -1 * F c) * (v c + -1 * F c)) <= Crd (fun c => (gF c + gn c) * (gF c + gn c))).
      apply apply_le. intros c Hc. unfold v, F, gF, gn.
      pose proof (Rmult_le_compat_l (root c ^ 2) _ _ (pow2_ge_0 _) (response c Hc)). lra.
    - change (Crd (fun c => gF c * gF c) <= top ^ 2 * Crd (fun c => F c * F c)).
      rewrite <- apply_scal. apply apply_le. intros c Hc. unfold gF, F.
      destruct (gamma_range c Hc) as [G0 G1].
      replace (gamma c * (root c * gradient c) * (gamma c * (root c * gradient c)))
        with (gamma c ^ 2 * (root c * gradient c) ^ 2) by ring.
      replace (root c * gradient c * (root c * gradient c)) with ((root c * gradient c) ^ 2) by ring.
      apply Rmult_le_compat_r; [apply pow2_ge_0 | apply pow_incr; lra].
  Qed.
End step.

(** * A run *)

Section run.
  Variables (P : sampler) (K : nat).
  Variable value : history -> R.
  Variable lower : R.
  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis bounded_below : lower <= mean P K value.
  Context {H : space}.
  Variables F v n gF gn : process P K H.
  Variables alpha L sigma sigma_gamma top : R.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis short : alpha * L < 1.
  Hypothesis top_range : 0 <= top < 1.
  Hypothesis n_martingale : martingale_difference P K n.
  Hypothesis F_known : known P K H 1 F.
  Hypothesis gn_martingale : martingale_difference P K gn.
  Hypothesis gF_known : known P K H 1 gF.
  Hypothesis variance : inner n n <= sigma ^ 2.
  Hypothesis distorted : inner gn gn <= sigma_gamma ^ 2.
  Hypothesis drift : forall h, taken P K h ->
    inner (plus (v h) (scal (-1) (F h))) (plus (v h) (scal (-1) (F h))) <= inner (plus (gF h) (gn h)) (plus (gF h) (gn
      h)).
  Hypothesis shrinks : forall h, taken P K h -> inner (gF h) (gF h) <= top ^ 2 * inner (F h) (F h).
  Hypothesis descent : forall h, taken P K h -> value h <= value (tl h) - alpha * (inner (F h) (v h) + inner (F h) (n
    h))
    + L / 2 * (alpha ^ 2 * norm (plus (v h) (n h)) ^ 2).

  (** sum f_i (1 - gamma_i^2) A_i <= 2 p + x sigma^2/(1 - x) + sum f_i gamma_i^2 sigma_i^2; with the largest gamma. *)
  (* Claim: response.spread *)
  Theorem spread_bound :
    let x := alpha * L in
    let bound := 2 * ((value [] - lower) / (alpha * INR K)) + x * sigma ^ 2 / (1 - x) + sigma_gamma ^ 2 in
    inner F F - inner gF gF <= bound /\ inner F F * (1 - top ^ 2) <= bound.
  Proof.
    intros x bound.
    pose proof (telescope P K value lower K_pos bounded_below F v n alpha L alpha_pos
      (known_orthogonal P K n F n_martingale F_known) descent) as T. fold x in T.
    assert (Near : inner (plus v (scal (-1) F)) (plus v (scal (-1) F)) <= inner gF gF + sigma_gamma ^ 2).
    { apply Rle_trans with (inner (plus gF gn) (plus gF gn)); [apply apply_le; exact drift|].
      rewrite inner_plus, !inner_plus_r, (inner_sym gn gF), (known_orthogonal P K gn gF gn_martingale gF_known). lra. }
    rewrite inner_line, (inner_sym v F) in Near.
    assert (X0 : 0 <= x) by (apply Rmult_le_pos; lra). fold x in short.
    (* x |v + n|^2 - |v|^2 is largest at |v| = x sigma/(1 - x) *)
    assert (Room : x * norm (plus v n) ^ 2 - inner v v <= x * sigma ^ 2 / (1 - x)).
    { pose proof (young v n ((1 - x) / x)) as Y.
      rewrite norm_sq, inner_plus, !inner_plus_r, (inner_sym n v).
      destruct X0 as [X0|<-]; [|pose proof (inner_pos v); unfold Rdiv; lra].
      specialize (Y ltac:(apply Rdiv_lt_0_compat; lra)). apply (Rmult_le_compat_l x) in Y; [|lra].
      replace (x * ((1 - x) / x * inner v v + inner n n / ((1 - x) / x)))
        with ((1 - x) * inner v v + x ^ 2 / (1 - x) * inner n n) in Y by (field; lra).
      assert (Q : 0 <= x / (1 - x)) by (apply Rmult_le_pos; [lra | left; apply Rinv_0_lt_compat; lra]).
      pose proof (Rmult_le_compat_l _ _ _ Q variance) as B.
      replace (x / (1 - x) * inner n n) with (x ^ 2 / (1 - x) * inner n n + x * inner n n) in B by (field; lra).
      replace (x / (1 - x) * sigma ^ 2) with (x * sigma ^ 2 / (1 - x)) in B by (field; lra). lra. }
    assert (First : inner F F - inner gF gF <= bound) by (unfold bound; lra).
    split; [exact First|].
    assert (Sh : inner gF gF <= top ^ 2 * inner F F).
    { change (inner gF gF) with (average P K (fun h => inner (gF h) (gF h))).
      change (inner F F) with (average P K (fun h => inner (F h) (F h))).
      rewrite <- apply_scal. apply apply_le. exact shrinks. }
    lra.
  Qed.
End run.

Print Assumptions spread_bound.
