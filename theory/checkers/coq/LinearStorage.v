(** What is stored pays for the gradient (docs/theory.md#linear.lmi), for random sequences: the bound by which a matrix
    inequality is turned into one of A where the direction is linear in the weights.

    F is the gradient; V >= 0 is stored along the run; s is what the noise adds to the state, y the state's mean given
    the past; wide, turned and steady are the mean drift, the mean direction and the deviation of the noise, by their
    weights. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Master Sequences ConditionalMeans.
Import ListNotations.
Local Open Scope R_scope.

Section storage.
  Variables (P : sampler) (K : nat).
  Hypothesis K_pos : (0 < K)%nat.
  Context {H Z W : space}.
  Variable F : process P K H.
  Variables wide turned steady : process P K W.
  Hypothesis paid : forall h, taken P K h -> norm (wide h) ^ 2 <= norm (turned h) ^ 2 + norm (steady h) ^ 2.

  (** Of any V. *)
  (* Claim: linear.lmi *)
  Theorem storage_pays {S : space} (V : history -> R) (y omega : process P K Z) (stored : process P K S) noise :
    0 <= mean P K V -> known P K Z 1 y -> martingale_difference P K omega ->
    (forall h, taken P K h -> norm (F h) ^ 2 + V h <=
      V (tl h) + 2 * inner (y h) (omega h) + norm (stored h) ^ 2 + norm (wide h) ^ 2 - norm (turned h) ^ 2) ->
    norm stored ^ 2 <= noise -> norm F ^ 2 <= V [] / INR K + noise + norm steady ^ 2.
  Proof.
    intros End Ky Do Step Noise. assert (KP : 0 < INR K) by (apply lt_0_INR, K_pos).
    pose proof (known_orthogonal P K omega y Do Ky) as O.
    assert (D : norm F ^ 2 + average P K V <= average P K (fun h => V (tl h)) + 2 * inner y omega + norm stored ^ 2
      + norm steady ^ 2).
    { rewrite !norm_sq. change (average P K (fun h => inner (F h) (F h)) + average P K V
        <= average P K (fun h => V (tl h)) + 2 * average P K (fun h => inner (y h) (omega h))
          + average P K (fun h => inner (stored h) (stored h)) + average P K (fun h => inner (steady h) (steady h))).
      rewrite <- (apply_scal (average P K)), <- !(apply_plus (average P K)). apply apply_le. intros h T.
      pose proof (Step h T) as S1. pose proof (paid h T) as S2. rewrite !norm_sq in S1. rewrite !norm_sq in S2. lra. }
    rewrite O in D. pose proof (rise_is P K V K_pos) as R. unfold rise in R.
    assert (Q : - (V [] / INR K) <= (mean P K V - V []) / INR K).
    { apply Rmult_le_reg_r with (INR K); [exact KP|]. unfold Rdiv.
      rewrite Ropp_mult_distr_l_reverse, !Rmult_assoc, Rinv_l by lra. lra. }
    lra.
  Qed.

  (** Of the squared length of a state, in the inner product of a matrix that satisfies the matrix inequality
      ([inequality], at the state z and the mean drift of a step): z' = y + s, y = A z + B ebar and s = B omega. *)
  Theorem state_pays (z : history -> Z) (y s : process P K Z) noise :
    known P K Z 1 y -> martingale_difference P K s ->
    (forall h, taken P K h -> forall x, inner (z h) x = inner (plus (y h) (s h)) x) ->
    (forall h, taken P K h ->
      norm (y h) ^ 2 + norm (F h) ^ 2 + norm (turned h) ^ 2 - norm (wide h) ^ 2 <= norm (z (tl h)) ^ 2) ->
    norm s ^ 2 <= noise -> norm F ^ 2 <= norm (z []) ^ 2 / INR K + noise + norm steady ^ 2.
  Proof.
    intros Ky Ds Next inequality Noise.
    apply (storage_pays (fun h => norm (z h) ^ 2) y s s noise); try assumption.
    - apply Rle_trans with (mean P K (fun _ => 0)); [rewrite mean_const; lra | apply mean_le; intros; apply pow2_ge_0].
    - intros h T. pose proof (inequality h T) as D.
      assert (E : norm (z h) ^ 2 = norm (y h) ^ 2 + 2 * inner (y h) (s h) + norm (s h) ^ 2).
      { rewrite !norm_sq, (Next h T), inner_sym, (Next h T), inner_plus, !inner_plus_r, (inner_sym (s h)). ring. }
      lra.
  Qed.
End storage.
