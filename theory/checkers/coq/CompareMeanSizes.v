(** As CompareMean.v, for Theorem 1 by conditional means with mean sizes: the fold of an element and the mean
    drift. *)

From Coq Require Import Reals Lra Lia List Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Master.
From Analog Require Import Compare CompareStale CompareRuns.
From Analog Require Import Stages.
From Analog Require CompareDevices.
From Analog Require Import Shape CompareShape ConditionalMeans CompareMean MeanSizes.
Local Open Scope R_scope.

(** * The fold *)

Lemma size_squared s m g : s ^ 2 = 1 -> m * s = g -> m ^ 2 = g ^ 2.
Proof. intros S E. rewrite <- E, Rpow_mult_distr, S. ring. Qed.

(** Of two numbers the product is at most that of their sizes. *)
Lemma sizes_product s s1 m m1 : s ^ 2 = 1 -> s1 ^ 2 = 1 -> 0 <= m -> 0 <= m1 -> m1 * s1 * (m * s) <= m1 * m.
Proof.
  intros S S1 Hm Hm1. replace (m1 * s1 * (m * s)) with (m1 * m * (s * s1)) by ring.
  rewrite <- (Rmult_1_r (m1 * m)) at 2. apply Rmult_le_compat_l; [now apply Rmult_le_pos | now apply signs_product].
Qed.

Section fold.
  Variables (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC).
  Variables lam_i lam_m1 lam_mu lam_nz lam_psi lam_rest m m_1 mu_i n_i psi_i s s_1 : history -> TC -> R.
  Variables L_m1 L_mu L_nz L_psi L_rest : process Smp Len (lift Crd (fun _ => real_space)).
  Hypothesis mu_at : forall h, taken Smp Len h -> forall c, support Crd c -> lam_mu h c = (L_mu h c : R).
  Hypothesis psi_at : forall h, taken Smp Len h -> forall c, support Crd c -> lam_psi h c = (L_psi h c : R).
  Hypothesis m1_at : forall h, taken Smp Len h -> forall c, support Crd c -> lam_m1 h c = (L_m1 h c : R).
  Hypothesis nz_at : forall h, taken Smp Len h -> forall c, support Crd c -> lam_nz h c = (L_nz h c : R).
  Hypothesis rest_at : forall h, taken Smp Len h -> forall c, support Crd c -> lam_rest h c = (L_rest h c : R).
  Hypothesis mu_known : known Smp Len (lift Crd (fun _ => real_space)) 1 L_mu.
  Hypothesis psi_known : known Smp Len (lift Crd (fun _ => real_space)) 1 L_psi.
  Hypothesis m1_known : known Smp Len (lift Crd (fun _ => real_space)) 1 L_m1.
  Hypothesis nz_differences : differences Smp Len (lift Crd (fun _ => real_space)) L_nz.
  Hypothesis rest_differences : differences Smp Len (lift Crd (fun _ => real_space)) L_rest.
  Hypothesis sign : forall h, taken Smp Len h -> forall c, support Crd c -> s h c ^ 2 = 1.
  Hypothesis size : forall h, taken Smp Len h -> forall c, support Crd c -> 0 <= m h c.
  Hypothesis sample : forall h, taken Smp Len h -> forall c, support Crd c -> m h c * s h c = mu_i h c + n_i h c.
  Hypothesis sign_1 : forall h, taken Smp Len h -> forall c, support Crd c -> s_1 h c ^ 2 = 1.
  Hypothesis size_1 : forall h, taken Smp Len h -> forall c, support Crd c -> 0 <= m_1 h c.
  Hypothesis mean_is : forall h, taken Smp Len h -> forall c, support Crd c -> m_1 h c * s_1 h c = mu_i h c.
  Hypothesis mu_is : forall h, taken Smp Len h -> forall c, support Crd c -> lam_mu h c = lam_i h c * mu_i h c.
  Hypothesis psi_is : forall h, taken Smp Len h -> forall c, support Crd c -> lam_psi h c = lam_i h c * psi_i h c.
  Hypothesis m1_is : forall h, taken Smp Len h -> forall c, support Crd c -> lam_m1 h c = lam_i h c * m_1 h c.
  Hypothesis nz_is : forall h, taken Smp Len h -> forall c, support Crd c -> lam_nz h c = lam_i h c * n_i h c.
  Hypothesis rest_is : forall h, taken Smp Len h -> forall c, support Crd c ->
    lam_rest h c = lam_i h c * (m h c + (-1) * psi_i h c).

  Lemma weighed_size h c : taken Smp Len h -> support Crd c ->
    (L_psi h c : R) + (L_rest h c : R) = lam_i h c * m h c /\
      (L_mu h c : R) + (L_nz h c : R) = lam_i h c * (m h c * s h c).
  Proof.
    intros T Hc. rewrite <- psi_at, <- rest_at, <- mu_at, <- nz_at, psi_is, rest_is, mu_is, nz_is, sample by assumption.
    split; ring.
  Qed.

  (** mean.fold *)
  Lemma compare_mean_fold :
    inner L_mu L_mu <= inner L_psi L_psi /\
    inner L_psi L_psi + (-1) * inner L_mu L_mu = inner L_nz L_nz + (-1) * inner L_rest L_rest /\
    inner L_psi L_psi + (-1) * inner L_mu L_mu <= inner L_nz L_nz.
  Proof using All.
    destruct (fold_between Smp Len L_mu L_nz L_psi L_rest L_m1 mu_known psi_known m1_known nz_differences
      rest_differences) as [B E].
    - apply element_sum. intros h T c Hc. destruct (weighed_size h c T Hc) as [S G].
      change (((L_psi h c : R) + (L_rest h c : R)) * ((L_psi h c : R) + (L_rest h c : R))
        = ((L_mu h c : R) + (L_nz h c : R)) * ((L_mu h c : R) + (L_nz h c : R))).
      rewrite S, G. pose proof (sign h T c Hc) as Sq.
      replace (lam_i h c * (m h c * s h c) * (lam_i h c * (m h c * s h c)))
        with (lam_i h c ^ 2 * m h c ^ 2 * s h c ^ 2) by ring. rewrite Sq. ring.
    - apply element_sum. intros h T c Hc. rewrite <- m1_at, <- mu_at, m1_is, mu_is by assumption.
      pose proof (size_squared _ _ _ (sign_1 h T c Hc) (mean_is h T c Hc)) as Sq.
      replace (lam_i h c * m_1 h c * (lam_i h c * m_1 h c)) with (lam_i h c ^ 2 * m_1 h c ^ 2) by ring.
      rewrite Sq. ring.
    - apply element_sum_le. intros h T c Hc. destruct (weighed_size h c T Hc) as [S G].
      change ((L_mu h c : R) * ((L_mu h c : R) + (L_nz h c : R))
        <= (L_m1 h c : R) * ((L_psi h c : R) + (L_rest h c : R))).
      rewrite S, G, <- m1_at, <- mu_at, m1_is, mu_is, <- mean_is by assumption.
      replace (lam_i h c * (m_1 h c * s_1 h c) * (lam_i h c * (m h c * s h c)))
        with (lam_i h c ^ 2 * (m_1 h c * s_1 h c * (m h c * s h c))) by ring.
      replace (lam_i h c * m_1 h c * (lam_i h c * m h c)) with (lam_i h c ^ 2 * (m_1 h c * m h c)) by ring.
      apply Rmult_le_compat_l; [apply pow2_ge_0 | apply sizes_product; auto].
    - repeat split; lra.
  Qed.
End fold.

(** * The mean drift *)

(** What is asked for by sizes of the direction that is read and by those at current weights. *)
Section drift.
  Variables (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC).
  Variables A R_h T2 T_s r share0 : R.
  Variables drift ebar_i grad hF_i h_i m m_1 psi_i s_1 share sqrt_hi w_grad wpsi_i wrest_i : history -> TC -> R.
  Variables Ebar Ebar_abs Etilde hF unit wF w_psi w_rest : process Smp Len (lift Crd (fun _ => real_space)).
  Hypothesis A_is : A = inner unit unit * r ^ 2.
  Hypothesis w_grad_at : forall h, taken Smp Len h -> forall c, support Crd c -> w_grad h c = (wF h c : R).
  Hypothesis wpsi_at : forall h, taken Smp Len h -> forall c, support Crd c -> wpsi_i h c = (w_psi h c : R).
  Hypothesis wrest_at : forall h, taken Smp Len h -> forall c, support Crd c -> wrest_i h c = (w_rest h c : R).
  Hypothesis grad_is : forall h, taken Smp Len h -> forall c, support Crd c -> grad h c = r * (unit h c : R).
  Hypothesis drift_at : forall h, taken Smp Len h -> forall c, support Crd c ->
    drift h c = (Ebar h c : R) + (Etilde h c : R).
  Hypothesis ebar_at : forall h, taken Smp Len h -> forall c, support Crd c -> ebar_i h c = (Ebar h c : R).
  Hypothesis abs_at : forall h, taken Smp Len h -> forall c, support Crd c -> m_1 h c = (Ebar_abs h c : R).
  Hypothesis Ebar_known : known Smp Len (lift Crd (fun _ => real_space)) 1 Ebar.
  Hypothesis abs_known : known Smp Len (lift Crd (fun _ => real_space)) 1 Ebar_abs.
  Hypothesis wrest_differences : differences Smp Len (lift Crd (fun _ => real_space)) w_rest.
  Hypothesis Etilde_differences : differences Smp Len (lift Crd (fun _ => real_space)) Etilde.
  Hypothesis drift_above : forall h, taken Smp Len h -> forall c, support Crd c -> drift h c <= m h c * share h c.
  Hypothesis drift_below : forall h, taken Smp Len h -> forall c, support Crd c ->
    (-1) * m h c * share h c <= drift h c.
  Hypothesis sign_1 : forall h, taken Smp Len h -> forall c, support Crd c -> s_1 h c ^ 2 = 1.
  Hypothesis size_1 : forall h, taken Smp Len h -> forall c, support Crd c -> 0 <= m_1 h c.
  Hypothesis ebar_is : forall h, taken Smp Len h -> forall c, support Crd c -> m_1 h c * s_1 h c = ebar_i h c.
  Hypothesis w_grad_is : forall h, taken Smp Len h -> forall c, support Crd c -> w_grad h c = grad h c * share h c.
  Hypothesis wpsi_is : forall h, taken Smp Len h -> forall c, support Crd c -> wpsi_i h c = psi_i h c * share h c.
  Hypothesis hF_at : forall h, taken Smp Len h -> forall c, support Crd c -> hF_i h c = (hF h c : R).
  Hypothesis beyond : forall h, taken Smp Len h -> forall c, support Crd c -> share h c ^ 2 <= h_i h c + share0 ^ 2.
  Hypothesis hi_squared : forall h, taken Smp Len h -> forall c, support Crd c -> sqrt_hi h c ^ 2 = h_i h c.
  Hypothesis hF_is : forall h, taken Smp Len h -> forall c, support Crd c -> hF_i h c = grad h c * sqrt_hi h c.
  Hypothesis more : inner hF hF <= R_h.
  Hypothesis T_nonneg : 0 <= T_s.
  Hypothesis T_is : T_s ^ 2 = R_h + T2 + A * share0 ^ 2.

  Let F : process Smp Len (lift Crd (fun _ => real_space)) := scal r unit.

  Lemma sized_square : inner Ebar_abs Ebar_abs = inner Ebar Ebar.
  Proof.
    apply element_sum. intros h T c Hc. rewrite <- abs_at, <- ebar_at by assumption.
    pose proof (size_squared _ _ _ (sign_1 h T c Hc) (ebar_is h T c Hc)) as Sq.
    replace (m_1 h c * m_1 h c) with (m_1 h c ^ 2) by ring. rewrite Sq. ring.
  Qed.

  (** A drift along its mean is at most the share times a size along the size of the mean. *)
  Lemma sized_along h c : taken Smp Len h -> support Crd c ->
    ((Ebar h c : R) + (Etilde h c : R)) * (Ebar h c : R) <= m h c * share h c * (Ebar_abs h c : R).
  Proof.
    intros T Hc. rewrite <- drift_at, <- abs_at, <- ebar_at, <- ebar_is by assumption.
    pose proof (drift_above h T c Hc). pose proof (drift_below h T c Hc) as Low.
    assert (R : Rabs (s_1 h c) = 1)
      by (rewrite <- sqrt_Rsqr_abs, Rsqr_pow2, (sign_1 h T c Hc); apply sqrt_1).
    apply Rle_trans with (1 := Rle_abs _). rewrite !Rabs_mult, R, (Rabs_pos_eq (m_1 h c)), Rmult_1_r by auto.
    apply Rmult_le_compat_r; [auto|]. apply Rabs_le. lra.
  Qed.

  Lemma sized_gradient h : taken Smp Len h ->
    inner (wF h) (wF h) <= share0 ^ 2 * inner (F h) (F h) + inner (hF h) (hF h).
  Proof.
    apply gradient_few with (grad := grad) (share := share) (w_grad := w_grad) (hF_i := hF_i) (h_i := h_i)
      (sqrt_hi := sqrt_hi); assumption.
  Qed.

  Lemma sized_level : sqrt (share0 ^ 2 * norm F ^ 2 + (T2 + R_h)) = T_s.
  Proof. exact (level_few Smp Len TC Crd A T2 T_s r unit A_is T_nonneg R_h share0 T_is). Qed.

  Section read.
    Variables B_b rho : R.
    Variables stale w_stale : history -> TC -> R.
    Variables b wb : process Smp Len (lift Crd (fun _ => real_space)).
    Hypothesis w_stale_at : forall h, taken Smp Len h -> forall c, support Crd c -> w_stale h c = (wb h c : R).
    Hypothesis stale_is : forall h, taken Smp Len h -> forall c, support Crd c -> stale h c = (b h c : R).
    Hypothesis wpsi_known : known Smp Len (lift Crd (fun _ => real_space)) 1 w_psi.
    Hypothesis rho_nonneg : 0 <= rho.
    Hypothesis high : forall h, taken Smp Len h -> forall c, support Crd c -> share h c <= rho.
    Hypothesis low : forall h, taken Smp Len h -> forall c, support Crd c -> (-1) * rho <= share h c.
    Hypothesis w_stale_is : forall h, taken Smp Len h -> forall c, support Crd c -> w_stale h c = share h c * stale h c.
    Hypothesis wrest_is : forall h, taken Smp Len h -> forall c, support Crd c ->
      wrest_i h c = share h c * (m h c + (-1) * psi_i h c).
    Hypothesis T2_nonneg : 0 <= T2.
    Hypothesis folds : inner w_psi w_psi + (-1) * inner wF wF + (-1) * inner wb wb + (-2) * inner wF wb <= T2.

    Lemma sized_product : inner (plus Ebar Etilde) Ebar <= inner (plus w_psi w_rest) Ebar_abs.
    Proof.
      apply element_sum_le. intros h T c Hc.
      apply Rle_trans with (1 := sized_along h c T Hc), Req_le.
      change (m h c * share h c * (Ebar_abs h c : R) = ((w_psi h c : R) + (w_rest h c : R)) * (Ebar_abs h c : R)).
      rewrite <- wpsi_at, <- wrest_at, wpsi_is, wrest_is by assumption. ring.
    Qed.

    Lemma sized_staleness : norm wb <= rho * norm b.
    Proof.
      apply (lift_le Smp Len TC Crd); [exact rho_nonneg|]. intros h c T Hc.
      rewrite <- w_stale_at, <- stale_is, w_stale_is by assumption. apply drift_part.
      pose proof (low h T c Hc). apply Rabs_le. split; [lra | auto].
    Qed.

    Lemma sized_folds : inner w_psi w_psi - inner (plus wF wb) (plus wF wb) <= T2.
    Proof. rewrite inner_plus, !inner_plus_r, (inner_sym wb wF). lra. Qed.

    Hypothesis B_nonneg : 0 <= B_b.
    Hypothesis b_short : inner b b <= B_b ^ 2.

    (** mean.size *)
    Lemma compare_mean_size :
      inner Ebar Ebar <= inner w_psi w_psi /\ inner Ebar Ebar <= (T_s + B_b * rho) ^ 2.
    Proof using All.
      destruct (mean_drift_sized Smp Len F b Ebar Etilde Ebar_abs wF wb w_psi w_rest hF rho share0 T2 R_h rho_nonneg
        Ebar_known abs_known wpsi_known Etilde_differences wrest_differences sized_square sized_product more
        sized_gradient sized_staleness T2_nonneg sized_folds) as [J D].
      split; [rewrite <- (norm_sq w_psi); now apply square_at_most|]. apply square_at_most.
      rewrite sized_level in D. pose proof (Rmult_le_compat_l rho _ _ rho_nonneg (norm_le b B_b B_nonneg b_short)). lra.
    Qed.
  End read.

  Section current.
    Variable D : R.
    Variables cur_i m_cur m_turn s turn_i wturn_i : history -> TC -> R.
    Variable w_turn : process Smp Len (lift Crd (fun _ => real_space)).
    Hypothesis wturn_at : forall h, taken Smp Len h -> forall c, support Crd c -> wturn_i h c = (w_turn h c : R).
    Hypothesis wrest_is : forall h, taken Smp Len h -> forall c, support Crd c ->
      wrest_i h c = share h c * (m_cur h c + (-1) * psi_i h c).
    Hypothesis share_nonneg : forall h, taken Smp Len h -> forall c, support Crd c -> 0 <= share h c.
    Hypothesis sign : forall h, taken Smp Len h -> forall c, support Crd c -> s h c ^ 2 = 1.
    Hypothesis size : forall h, taken Smp Len h -> forall c, support Crd c -> m h c * s h c = cur_i h c + turn_i h c.
    Hypothesis cur_above : forall h, taken Smp Len h -> forall c, support Crd c -> cur_i h c <= m_cur h c.
    Hypothesis cur_below : forall h, taken Smp Len h -> forall c, support Crd c -> (-1) * m_cur h c <= cur_i h c.
    Hypothesis turn_above : forall h, taken Smp Len h -> forall c, support Crd c -> turn_i h c <= m_turn h c.
    Hypothesis turn_below : forall h, taken Smp Len h -> forall c, support Crd c -> (-1) * m_turn h c <= turn_i h c.
    Hypothesis wturn_is : forall h, taken Smp Len h -> forall c, support Crd c -> wturn_i h c = m_turn h c * share h c.
    Hypothesis D_nonneg : 0 <= D.
    Hypothesis turned : inner w_turn w_turn <= D ^ 2.
    Hypothesis folds : inner w_psi w_psi + (-1) * inner wF wF <= T2.

    (** What is read is at most as long as both its parts. *)
    Lemma current_longer h c : taken Smp Len h -> support Crd c -> m h c <= m_cur h c + m_turn h c.
    Proof.
      intros T Hc. pose proof (cur_above h T c Hc). pose proof (cur_below h T c Hc).
      pose proof (turn_above h T c Hc). pose proof (turn_below h T c Hc).
      destruct (CompareDevices.sign_cases _ (sign h T c Hc)) as [E | E];
        pose proof (size h T c Hc) as Sz; rewrite E in Sz; lra.
    Qed.

    Lemma current_product :
      inner (plus Ebar Etilde) Ebar <= inner (plus (plus w_psi w_turn) w_rest) Ebar_abs.
    Proof.
      apply element_sum_le. intros h T c Hc. apply Rle_trans with (1 := sized_along h c T Hc).
      change (m h c * share h c * (Ebar_abs h c : R)
        <= ((w_psi h c : R) + (w_turn h c : R) + (w_rest h c : R)) * (Ebar_abs h c : R)).
      apply Rmult_le_compat_r; [rewrite <- abs_at by assumption; auto|].
      rewrite <- wpsi_at, <- wrest_at, <- wturn_at, wpsi_is, wrest_is, wturn_is by assumption.
      pose proof (Rmult_le_compat_r _ _ _ (share_nonneg h T c Hc) (current_longer h c T Hc)). lra.
    Qed.

    Lemma current_turned : norm w_turn <= D.
    Proof. now apply norm_le. Qed.

    Lemma current_folds : inner w_psi w_psi - inner wF wF <= T2.
    Proof. lra. Qed.

    (** mean.current *)
    Lemma compare_mean_current :
      inner Ebar Ebar <= inner w_psi w_psi + inner w_turn w_turn + 2 * inner w_psi w_turn /\
      inner Ebar Ebar <= (D + T_s) ^ 2.
    Proof using All.
      destruct (mean_drift_current Smp Len F Ebar Etilde Ebar_abs wF w_psi w_rest w_turn hF share0 T2 R_h Ebar_known
        abs_known Etilde_differences wrest_differences sized_square current_product more sized_gradient current_folds)
        as [J E]. rewrite sized_level in E.
      split.
      - apply square_at_most in J. rewrite norm_sq, inner_plus, !inner_plus_r, (inner_sym w_turn w_psi) in J. lra.
      - apply square_at_most. pose proof current_turned. lra.
    Qed.
  End current.
End drift.
