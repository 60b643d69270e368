(** As CompareRuns.v, for what is stored where the direction is linear in the weights. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Master.
From Analog Require Import Compare CompareStale CompareRuns.
From Analog Require Import LinearStorage.
Local Open Scope R_scope.

(** The squares of three vectors, by their elements. *)
Lemma squares_at_most {TC} (Crd : functional TC) (X Y Z : lift Crd (fun _ => real_space)) :
  (forall c, support Crd c -> (X c : R) ^ 2 <= (Y c : R) ^ 2 + (Z c : R) ^ 2) -> norm X ^ 2 <= norm Y ^ 2 + norm Z ^ 2.
Proof.
  intros L. rewrite !norm_sq. change (Crd (fun c => (X c : R) * (X c : R))
    <= Crd (fun c => (Y c : R) * (Y c : R)) + Crd (fun c => (Z c : R) * (Z c : R))).
  rewrite <- (apply_plus Crd). apply apply_le. intros c Hc. pose proof (L c Hc). lra.
Qed.

(** linear.lmi *)
Lemma compare_linear_lmi (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC) {H1 H2 H6 : space}
  (A K alpha : R) (dev_i ebar_i : history -> TC -> R) (mean_stored mean_stored_next noise_stored : R)
  (psi_i rho root_P root_theta : history -> TC -> R) (stored : history -> R) (stored_first stored_last : R)
  (stored_next : history -> R) (supply : R) (w_fed w_kept w_met w_paid : history -> TC -> R)
  (F : process Smp Len H1) (F_k : history -> H1) (omega : process Smp Len H2) (omega_k : history -> H2)
  (wg : process Smp Len (lift Crd (fun _ => real_space))) (wg_k : history -> lift Crd (fun _ => real_space))
  (wh : process Smp Len (lift Crd (fun _ => real_space))) (wh_k : history -> lift Crd (fun _ => real_space))
  (wl : process Smp Len (lift Crd (fun _ => real_space))) (wo : process Smp Len H6) (wo_k : history -> H6)
  (ws : process Smp Len (lift Crd (fun _ => real_space))) (y : process Smp Len H2) (y_k : history -> H2) :
  (0 < Len)%nat ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> w_paid h c = (wh h c : R)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> w_kept h c = (wg h c : R)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> w_fed h c = (ws h c : R)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> w_met h c = (wl h c : R)) ->
  (forall h, taken Smp Len h -> forall z : H1, inner (F_k h) z = inner (F h) z) ->
  (forall h, taken Smp Len h -> forall z : H2, inner (y_k h) z = inner (y h) z) ->
  (forall h, taken Smp Len h -> forall z : H2, inner (omega_k h) z = inner (omega h) z) ->
  (forall h, taken Smp Len h -> forall z : lift Crd (fun _ => real_space), inner (wh_k h) z = inner (wh h) z) ->
  (forall h, taken Smp Len h -> forall z : lift Crd (fun _ => real_space), inner (wg_k h) z = inner (wg h) z) ->
  (forall h, taken Smp Len h -> forall z : H6, inner (wo_k h) z = inner (wo h) z) ->
  path Smp Len stored stored_next stored_first stored_last mean_stored mean_stored_next K ->
  known Smp Len _ 1 y -> differences Smp Len _ omega -> 0 < K -> 0 <= stored_last ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> w_paid h c = ebar_i h c * root_theta h c) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> w_kept h c = psi_i h c * rho h c * root_theta h c) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> w_fed h c = dev_i h c * rho h c * root_theta h c) ->
  (forall h, taken Smp Len h -> forall c, support Crd c ->
    w_met h c = alpha * dev_i h c * root_P h c * (1 + rho h c)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c ->
    ebar_i h c ^ 2 <= rho h c ^ 2 * (dev_i h c ^ 2 + psi_i h c ^ 2)) ->
  (forall h, taken Smp Len h -> inner (F_k h) (F_k h) + stored_next h <= inner (wh_k h) (wh_k h)
    + inner (wo_k h) (wo_k h) + stored h + (-1) * inner (wg_k h) (wg_k h) + 2 * inner (omega_k h) (y_k h)) ->
  inner wo wo <= inner wl wl -> A = inner F F -> noise_stored = inner wl wl -> supply = inner ws ws ->
  A <= noise_stored + supply + stored_first * / K.
Proof.
  intros HL Ea Eb Ec _ EF Ey Eo Eh Eg Ew (f & Now & Next & -> & -> & _ & _ & ->) Ky Do _ End Ia Ib Ic _ Drift Step
    Noise -> -> ->.
  rewrite <- !norm_sq in *. apply Rle_trans with (f nil / INR Len + norm wl ^ 2 + norm ws ^ 2); [|unfold Rdiv; lra].
  apply (storage_pays Smp Len HL F wh wg ws) with (V := f) (y := y) (omega := omega) (stored := wo);
    try assumption.
  - intros h T. apply squares_at_most. intros c Hc.
    rewrite <- (Ea h T c Hc), <- (Eb h T c Hc), <- (Ec h T c Hc), (Ia h T c Hc), (Ib h T c Hc), (Ic h T c Hc).
    pose proof (Rmult_le_compat_l _ _ _ (pow2_ge_0 (root_theta h c)) (Drift h T c Hc)). lra.
  - intros h T. pose proof (Step h T) as S. rewrite (Now h T), (Next h T) in S.
    rewrite (both_seen _ _ _ _ (EF h T) (EF h T)), (both_seen _ _ _ _ (Eh h T) (Eh h T)),
      (both_seen _ _ _ _ (Ew h T) (Ew h T)), (both_seen _ _ _ _ (Eg h T) (Eg h T)),
      (both_seen _ _ _ _ (Eo h T) (Ey h T)) in S.
    rewrite !norm_sq, (inner_sym (y h)). lra.
Qed.
