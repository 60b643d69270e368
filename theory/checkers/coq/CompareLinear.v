(** As CompareRuns.v, for directions that are linear in the weights: what is stored, and the noise of the staleness. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Master.
From Analog Require Import Compare CompareStale CompareRuns.
From Analog Require Import Stages.
From Analog Require Import LinearStorage LinearAligned.
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

(** linear.late *)
Lemma compare_linear_late (Smp : sampler) (Len : nat) {H : space} (alpha : R) (c_m m_h s_m : nat -> R)
  (sqrt_d : nat -> nat -> R) (t_h : nat -> R) (B_h : nat -> process Smp Len H) (F : process Smp Len H)
  (F_z U W : nat -> nat -> process Smp Len H) (n_h n_m v_m : nat -> process Smp Len H)
  (w z z_h : nat -> nat -> process Smp Len H) (d_m : nat -> nat) :
  (forall j, differences Smp Len H (n_m j)) -> known Smp Len H 1 F -> (forall j, differences Smp Len H (n_h j)) ->
  (forall k j h, taken Smp Len h -> w k j h = delayed Smp Len H (k + 1) (v_m j) h) ->
  (forall k j h, taken Smp Len h -> z k j h = delayed Smp Len H (k + 1) (n_m j) h) ->
  (forall k j h, taken Smp Len h -> F_z k j h = delayed Smp Len H k F h) ->
  (forall k j h, taken Smp Len h -> z_h k j h = delayed Smp Len H k (n_h j) h) ->
  (forall j y, inner (U 0%nat j) y = 0) -> (forall k j y, inner (U (S k) j) y = inner (U k j) y + inner (w k j) y) ->
  (forall j y, inner (W 0%nat j) y = 0) -> (forall k j y, inner (W (S k) j) y = inner (W k j) y + inner (z k j) y) ->
  m_h 0%nat = 0 ->
  (forall i, m_h (S i) = m_h i + t_h i * (c_m i * INR (d_m i) + s_m i * sqrt_d (d_m i) i)) ->
  (forall y, inner (B_h 0%nat) y = 0) ->
  (forall i y, inner (B_h (S i)) y = inner (B_h i) y + inner (z_h (d_m i) i) y) ->
  (forall j, 0 <= sqrt_d (d_m j) j) -> (forall j, sqrt_d (d_m j) j ^ 2 = INR (d_m j)) -> (forall j, 0 <= c_m j) ->
  (forall j, 0 <= s_m j) -> (forall j, inner (v_m j) (v_m j) <= c_m j ^ 2) ->
  (forall j, inner (n_m j) (n_m j) <= s_m j ^ 2) -> 0 < alpha -> (forall j, 0 <= t_h j) ->
  (forall j, inner (n_h j) (n_h j) <= t_h j ^ 2) ->
  (forall j, inner F (z_h (d_m j) j) = inner (F_z (d_m j) j) (z_h (d_m j) j)
    + (-1) * alpha * (inner (U (d_m j) j) (z_h (d_m j) j) + inner (W (d_m j) j) (z_h (d_m j) j))) ->
  (forall i, inner (B_h i) F <= alpha * m_h i) /\ (forall i, (-1) * inner (B_h i) F <= alpha * m_h i).
Proof.
  intros Dn KF Dh Dw Dz DF Dzh US UN WS WN MS MN BS BN Hd Ed Hc Hs V N Ha Ht T G.
  set (far := fun j => plus (U (d_m j) j) (W (d_m j) j)).
  assert (Far : forall j, norm (far j) <= c_m j * INR (d_m j) + s_m j * sqrt_d (d_m j) j).
  { intros j. apply norm_le.
    - apply Rplus_le_le_0_compat; apply Rmult_le_pos; auto using pos_INR.
    - unfold far. rewrite inner_plus, !inner_plus_r, (inner_sym (W (d_m j) j) (U (d_m j) j)).
      pose proof (compare_window_displacement Smp Len (c_m j) (s_m j) (fun k => sqrt_d k j) (fun k => U k j)
        (fun k => W k j) (n_m j) (v_m j) (fun k => w k j) (fun k => z k j) (d_m j) (Dn j)
        (fun k => Dw k j) (fun k => Dz k j) (US j) (fun k => UN k j) (WS j) (fun k => WN k j) (Hd j) (Ed j) (Hc j) (Hs j)
        (V j) (N j)) as D.
      cbv beta in D. lra. }
  assert (Seen : forall j (X : process Smp Len H),
    inner (z_h (d_m j) j) X = inner (delayed Smp Len H (d_m j) (n_h j) : process Smp Len H) X).
  { intros j X. apply average_taken. intros h Hh. now rewrite (Dzh _ j h Hh). }
  assert (Key : forall i, Rabs (inner (B_h i) F) <= alpha * m_h i).
  { intros i. rewrite (sum_is m_h _ i MS MN).
    rewrite (sum_is (fun i => inner (B_h i) F) (fun j => inner (z_h (d_m j) j) F) i (BS F) (fun j => BN j F)).
    rewrite (sum_ext i _ (fun j => inner (delayed Smp Len H (d_m j) (n_h j) : process Smp Len H) F))
      by (intros; apply Seen).
    rewrite (sum_ext i (fun j => t_h j * _) (fun j => (c_m j * INR (d_m j) + s_m j * sqrt_d (d_m j) j) * t_h j)) by (intros; ring).
    rewrite <- inner_vsum, inner_sym.
    apply (late_noise Smp Len F alpha (Rlt_le _ _ Ha) KF n_h far d_m); auto.
    - intros j. apply norm_le; auto.
    - intros j q. unfold q, far. rewrite inner_plus, (inner_sym F), (inner_sym (delayed _ _ _ _ F : process Smp Len H)),
        (inner_sym (U (d_m j) j)), (inner_sym (W (d_m j) j)), <- !Seen.
      assert (E : inner (z_h (d_m j) j) (delayed Smp Len H (d_m j) F : process Smp Len H)
        = inner (z_h (d_m j) j) (F_z (d_m j) j)).
      { apply average_taken. intros h Hh. now rewrite (DF _ j h Hh). }
      rewrite E, (inner_sym _ F), (G j), (inner_sym _ (F_z (d_m j) j)), (inner_sym _ (U (d_m j) j)),
        (inner_sym _ (W (d_m j) j)). ring. }
  split; intros i; pose proof (Key i) as L.
  - apply Rle_trans with (2 := L). apply Rle_abs.
  - apply Rle_trans with (2 := L). rewrite <- Rabs_Ropp. replace (-1 * inner (B_h i) F) with (- inner (B_h i) F) by ring.
    apply Rle_abs.
Qed.

(** linear.aligned *)
Lemma compare_linear_aligned {H : space} (A E_b T2 T_b Y c_w met p q qn r rho x : R) (Ebar F b_v b_w : H) :
  A = inner F F -> 0 <= q -> 0 <= qn -> 0 <= Y -> 0 <= r -> r ^ 2 = A -> 0 <= E_b ->
  E_b ^ 2 = inner F F + inner b_v b_v + inner b_w b_w + 2 * inner F b_v + 2 * inner F b_w + 2 * inner b_v b_w ->
  0 <= T_b -> T_b ^ 2 = T2 + E_b ^ 2 * rho ^ 2 -> inner b_v b_v <= Y ^ 2 * q ^ 2 -> inner b_w b_w <= qn ^ 2 ->
  inner F b_w <= met -> (-1) * inner F b_w <= met ->
  inner Ebar Ebar <= T2 + rho ^ 2 * (inner F F + inner b_v b_v + inner b_w b_w + 2 * inner F b_v + 2 * inner F b_w
    + 2 * inner b_v b_w) ->
  inner Ebar Ebar + inner F F + inner b_v b_v + inner b_w b_w + 2 * inner Ebar F + 2 * inner Ebar b_v
    + 2 * inner Ebar b_w + 2 * inner F b_v + 2 * inner F b_w + 2 * inner b_v b_w = Y ^ 2 ->
  inner Ebar F + inner F F + inner F b_v + inner F b_w <= c_w + p + 1 / 2 * x * Y ^ 2 ->
  (E_b ^ 2 <= A + (qn + Y * q) ^ 2 + 2 * met + 2 * Y * q * r) /\ (Y <= E_b + T_b) /\
  (A <= c_w + met + p + T_b * r + 1 / 2 * x * Y ^ 2 + Y * q * r).
Proof.
  intros EA Hq Hqn HY Hr Er HE EE HT ET Bv Bw Above Below Drift Step Descent.
  assert (Read : inner (plus F (plus b_v b_w)) (plus F (plus b_v b_w)) = E_b ^ 2).
  { rewrite EE, !inner_plus, !inner_plus_r, (inner_sym b_v F), (inner_sym b_w F), (inner_sym b_w b_v). ring. }
  assert (NE : norm (plus F (plus b_v b_w)) = E_b) by (unfold norm; rewrite Read; now apply sqrt_pow2).
  assert (NF : norm F = r) by (unfold norm; rewrite <- EA, <- Er; now apply sqrt_pow2).
  destruct (aligned_point F b_v b_w Ebar p c_w x rho T2 q qn met Y) as (One & Two & Three).
  - apply norm_le; [now apply Rmult_le_pos|]. rewrite Rpow_mult_distr. lra.
  - now apply norm_le.
  - apply Rabs_le. lra.
  - rewrite NE, norm_sq. rewrite <- EE in Drift. lra.
  - unfold norm. replace (inner _ _) with (Y ^ 2); [now apply sqrt_pow2|].
    rewrite <- Step, !inner_plus, !inner_plus_r, (inner_sym b_v F), (inner_sym b_w F), (inner_sym b_w b_v),
      (inner_sym F Ebar), (inner_sym b_v Ebar), (inner_sym b_w Ebar). ring.
  - rewrite !inner_plus_r, (inner_sym F Ebar). lra.
  - assert (RT : sqrt (rho ^ 2 * E_b ^ 2 + T2) = T_b) by (apply (root_is T_b _ HT); rewrite ET; ring).
    rewrite NE, NF, Er in One. rewrite NE, RT in Two. rewrite NE, NF, RT, Er in Three. repeat split; lra.
Qed.
