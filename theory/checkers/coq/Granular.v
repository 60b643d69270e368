(** Theorem 1 for granular devices: a step is -alpha (v + n) + zeta, with zeta what the pulses add to the smooth step
    (docs/theory.md#granularity.enters).

    Given the past and the sample zeta has mean 0, so it is orthogonal to the gradient, to the mean direction v and to
    the samples' noise n.  All it costs is its energy in the descent: p becomes p + L |zeta|^2/(2 alpha), and the
    noise that the lags feel is that of n - zeta/alpha. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Master.
Import ListNotations.
Local Open Scope R_scope.

Section sequences.
  Variables (P : sampler) (K : nat).
  Variable value : history -> R.
  Variable lower : R.
  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis bounded_below : lower <= mean P K value.
  Context {H : space}.
  Variables F v n zeta : process P K H.
  Variables alpha L : R.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis F_n : inner F n = 0.
  Hypothesis F_zeta : inner F zeta = 0.
  Hypothesis v_zeta : inner v zeta = 0.
  Hypothesis n_zeta : inner n zeta = 0.

  Hypothesis descent : forall h, taken P K h ->
    value h <= value (tl h) - alpha * (inner (F h) (v h) + inner (F h) (n h)) + inner (F h) (zeta h)
      + L / 2 * (alpha ^ 2 * norm (plus (v h) (n h)) ^ 2
        - 2 * alpha * (inner (v h) (zeta h) + inner (n h) (zeta h)) + inner (zeta h) (zeta h)).

  (** n and the pulses, as the weights feel them. *)
  Let whole : process P K H := plus n (scal (- / alpha) zeta).

  Lemma all_energy : norm (plus v whole) ^ 2 = norm (plus v n) ^ 2 + inner zeta zeta / alpha ^ 2 /\
    inner whole whole = inner n n + inner zeta zeta / alpha ^ 2.
  Proof.
    rewrite !norm_sq. unfold whole. rewrite !inner_plus, !inner_plus_r, !inner_scal, !inner_scal_r.
    rewrite (inner_sym n v), (inner_sym zeta v), (inner_sym zeta n), v_zeta, n_zeta. split; field; lra.
  Qed.

  (* Claim: granularity.telescope *)
  Theorem telescope_granular :
    inner F v <= (value [] - lower) / (alpha * INR K) + L / (2 * alpha) * inner zeta zeta
      + alpha * L / 2 * norm (plus v n) ^ 2.
  Proof.
    assert (O : inner F whole = 0).
    { unfold whole. rewrite inner_plus_r, inner_scal_r, F_n, F_zeta. ring. }
    pose proof (telescope P K value lower K_pos bounded_below F v whole alpha L alpha_pos O) as T.
    rewrite (proj1 all_energy) in T.
    replace (alpha * L / 2 * (norm (plus v n) ^ 2 + inner zeta zeta / alpha ^ 2))
      with (L / (2 * alpha) * inner zeta zeta + alpha * L / 2 * norm (plus v n) ^ 2) in T by (field; lra).
    rewrite Rplus_assoc. apply T. intros h Th. apply Rle_trans with (1 := descent h Th), Req_le.
    change (whole h) with (plus (n h) (scal (- / alpha) (zeta h))). rewrite !norm_sq.
    rewrite !inner_plus, !inner_plus_r, !inner_scal, !inner_scal_r.
    rewrite (inner_sym (n h) (v h)), (inner_sym (zeta h) (v h)), (inner_sym (zeta h) (n h)). field. lra.
  Qed.
End sequences.

Section master.
  Variables (P : sampler) (K : nat).
  Variable value : history -> R.
  Variable lower : R.
  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis bounded_below : lower <= mean P K value.
  Context {H : space}.
  Variables F n b e u zeta : process P K H.
  Let v := plus F (plus b e).
  Variables alpha L rho Lambda1 nu : R.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis n_martingale : martingale_difference P K n.
  Hypothesis zeta_martingale : martingale_difference P K zeta.
  Hypothesis v_zeta : inner v zeta = 0.
  Hypothesis n_zeta : inner n zeta = 0.
  Hypothesis u_direction : direction F u.
  Hypothesis u_known : known P K H 1 u.
  Hypothesis F_known : known P K H 1 F.
  Hypothesis stale_at_most : norm b <= alpha * (Lambda1 * norm v + nu).
  Hypothesis drift : forall h, taken P K h -> norm (e h) <= rho * norm (plus (plus (F h) (n h)) (b h)).
  Hypothesis descent : forall h, taken P K h ->
    value h <= value (tl h) - alpha * (inner (F h) (v h) + inner (F h) (n h)) + inner (F h) (zeta h)
      + L / 2 * (alpha ^ 2 * norm (plus (v h) (n h)) ^ 2
        - 2 * alpha * (inner (v h) (zeta h) + inner (n h) (zeta h)) + inner (zeta h) (zeta h)).
  Let A := norm F ^ 2.

  (** [energy] bounds |zeta|^2: qmax^2 V, with V the average summed variance of the pulses. *)
  (* Claim: granularity.enters *)
  Theorem run_sharp_granular sigma energy :
    0 <= sigma -> inner n n <= sigma ^ 2 -> inner zeta zeta <= energy ->
    feasible ((value [] - lower) / (alpha * INR K) + L / (2 * alpha) * energy) (alpha * L) sigma rho
      ((1 + rho) * alpha * Lambda1) ((1 + rho) * alpha * nu) A (norm v) (inner u v) /\
    inner (plus n (scal (- / alpha) zeta)) (plus n (scal (- / alpha) zeta)) <= sigma ^ 2 + energy / alpha ^ 2.
  Proof.
    intros Hs V Z. split.
    - apply (sharp_at F (plus b e) n); auto.
      + apply Rmult_le_pos; lra.
      + pose proof (error_at_most P K F n b e rho rho_nonneg n_martingale sigma _ F_known V stale_at_most drift).
        unfold eta, A. change (norm (plus F (plus b e))) with (norm v). lra.
      + now apply (known_orthogonal P K n u).
      + now apply norm_le.
      + pose proof (telescope_granular P K value lower K_pos bounded_below F v n zeta alpha L alpha_pos
          (known_orthogonal P K n F n_martingale F_known) (known_orthogonal P K zeta F zeta_martingale F_known)
          v_zeta n_zeta descent) as T.
        assert (Q : 0 <= L / (2 * alpha)).
        { apply Rmult_le_pos; [exact L_nonneg | left; apply Rinv_0_lt_compat; lra]. }
        pose proof (Rmult_le_compat_l _ _ _ Q Z). change (plus F (plus b e)) with v. lra.
    - rewrite (proj2 (all_energy P K v n zeta alpha alpha_pos v_zeta n_zeta)).
      apply Rplus_le_compat; [exact V|]. apply Rmult_le_compat_r; [|exact Z].
      left. apply Rinv_0_lt_compat, pow_lt, alpha_pos.
  Qed.
End master.

Print Assumptions run_sharp_granular.
