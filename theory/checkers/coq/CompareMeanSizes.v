(** As CompareMean.v, for Theorem 1 by conditional means with mean sizes: the fold of an element, the mean drift, the
    point of a run. *)

From Coq Require Import Reals Lra Lia List Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Master.
From Analog Require Import Compare CompareStale CompareRuns.
From Analog Require Import Stages.
From Analog Require Import Shape CompareShape ConditionalMeans CompareMean CompareMeanWhole MeanSizes.
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
    (L_psi h c : R) + (L_rest h c : R) = lam_i h c * m h c /\ (L_mu h c : R) + (L_nz h c : R) = lam_i h c * (m h c * s h c).
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
      change ((L_mu h c : R) * ((L_mu h c : R) + (L_nz h c : R)) <= (L_m1 h c : R) * ((L_psi h c : R) + (L_rest h c : R))).
      rewrite S, G, <- m1_at, <- mu_at, m1_is, mu_is, <- mean_is by assumption.
      replace (lam_i h c * (m_1 h c * s_1 h c) * (lam_i h c * (m h c * s h c)))
        with (lam_i h c ^ 2 * (m_1 h c * s_1 h c * (m h c * s h c))) by ring.
      replace (lam_i h c * m_1 h c * (lam_i h c * m h c)) with (lam_i h c ^ 2 * (m_1 h c * m h c)) by ring.
      apply Rmult_le_compat_l; [apply pow2_ge_0 | apply sizes_product; auto].
    - repeat split; lra.
  Qed.
End fold.

(** * The mean drift *)

Section drift.
  Variables (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC).
  Variables A R_h T2 T_s r rho share0 : R.
  Variables drift ebar_i grad hF_i h_i m m_1 psi_i s_1 share sqrt_hi stale w_grad w_stale wpsi_i wrest_i :
    history -> TC -> R.
  Variables Ebar Ebar_abs Etilde b hF unit wF w_psi w_rest wb : process Smp Len (lift Crd (fun _ => real_space)).
  Hypothesis A_is : A = inner unit unit * r ^ 2.
  Hypothesis w_grad_at : forall h, taken Smp Len h -> forall c, support Crd c -> w_grad h c = (wF h c : R).
  Hypothesis w_stale_at : forall h, taken Smp Len h -> forall c, support Crd c -> w_stale h c = (wb h c : R).
  Hypothesis wpsi_at : forall h, taken Smp Len h -> forall c, support Crd c -> wpsi_i h c = (w_psi h c : R).
  Hypothesis wrest_at : forall h, taken Smp Len h -> forall c, support Crd c -> wrest_i h c = (w_rest h c : R).
  Hypothesis grad_is : forall h, taken Smp Len h -> forall c, support Crd c -> grad h c = r * (unit h c : R).
  Hypothesis stale_is : forall h, taken Smp Len h -> forall c, support Crd c -> stale h c = (b h c : R).
  Hypothesis drift_at : forall h, taken Smp Len h -> forall c, support Crd c ->
    drift h c = (Ebar h c : R) + (Etilde h c : R).
  Hypothesis ebar_at : forall h, taken Smp Len h -> forall c, support Crd c -> ebar_i h c = (Ebar h c : R).
  Hypothesis abs_at : forall h, taken Smp Len h -> forall c, support Crd c -> m_1 h c = (Ebar_abs h c : R).
  Hypothesis wpsi_known : known Smp Len (lift Crd (fun _ => real_space)) 1 w_psi.
  Hypothesis Ebar_known : known Smp Len (lift Crd (fun _ => real_space)) 1 Ebar.
  Hypothesis abs_known : known Smp Len (lift Crd (fun _ => real_space)) 1 Ebar_abs.
  Hypothesis wrest_differences : differences Smp Len (lift Crd (fun _ => real_space)) w_rest.
  Hypothesis Etilde_differences : differences Smp Len (lift Crd (fun _ => real_space)) Etilde.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis high : forall h, taken Smp Len h -> forall c, support Crd c -> share h c <= rho.
  Hypothesis low : forall h, taken Smp Len h -> forall c, support Crd c -> (-1) * rho <= share h c.
  Hypothesis drift_above : forall h, taken Smp Len h -> forall c, support Crd c -> drift h c <= m h c * share h c.
  Hypothesis drift_below : forall h, taken Smp Len h -> forall c, support Crd c -> (-1) * m h c * share h c <= drift h c.
  Hypothesis sign_1 : forall h, taken Smp Len h -> forall c, support Crd c -> s_1 h c ^ 2 = 1.
  Hypothesis size_1 : forall h, taken Smp Len h -> forall c, support Crd c -> 0 <= m_1 h c.
  Hypothesis ebar_is : forall h, taken Smp Len h -> forall c, support Crd c -> m_1 h c * s_1 h c = ebar_i h c.
  Hypothesis w_grad_is : forall h, taken Smp Len h -> forall c, support Crd c -> w_grad h c = grad h c * share h c.
  Hypothesis w_stale_is : forall h, taken Smp Len h -> forall c, support Crd c -> w_stale h c = share h c * stale h c.
  Hypothesis wpsi_is : forall h, taken Smp Len h -> forall c, support Crd c -> wpsi_i h c = psi_i h c * share h c.
  Hypothesis wrest_is : forall h, taken Smp Len h -> forall c, support Crd c ->
    wrest_i h c = share h c * (m h c + (-1) * psi_i h c).
  Hypothesis hF_at : forall h, taken Smp Len h -> forall c, support Crd c -> hF_i h c = (hF h c : R).
  Hypothesis beyond : forall h, taken Smp Len h -> forall c, support Crd c -> share h c ^ 2 <= h_i h c + share0 ^ 2.
  Hypothesis hi_squared : forall h, taken Smp Len h -> forall c, support Crd c -> sqrt_hi h c ^ 2 = h_i h c.
  Hypothesis hF_is : forall h, taken Smp Len h -> forall c, support Crd c -> hF_i h c = grad h c * sqrt_hi h c.
  Hypothesis more : inner hF hF <= R_h.
  Hypothesis T2_nonneg : 0 <= T2.
  Hypothesis folds : inner w_psi w_psi + (-1) * inner wF wF + (-1) * inner wb wb + (-2) * inner wF wb <= T2.
  Hypothesis T_nonneg : 0 <= T_s.
  Hypothesis T_is : T_s ^ 2 = R_h + T2 + A * share0 ^ 2.

  Let F : process Smp Len (lift Crd (fun _ => real_space)) := scal r unit.

  Lemma sized_square : inner Ebar_abs Ebar_abs = inner Ebar Ebar.
  Proof.
    apply element_sum. intros h T c Hc. rewrite <- abs_at, <- ebar_at by assumption.
    pose proof (size_squared _ _ _ (sign_1 h T c Hc) (ebar_is h T c Hc)) as Sq.
    replace (m_1 h c * m_1 h c) with (m_1 h c ^ 2) by ring. rewrite Sq. ring.
  Qed.

  Lemma sized_product : inner (plus Ebar Etilde) Ebar <= inner (plus w_psi w_rest) Ebar_abs.
  Proof.
    apply element_sum_le. intros h T c Hc.
    change (((Ebar h c : R) + (Etilde h c : R)) * (Ebar h c : R)
      <= ((w_psi h c : R) + (w_rest h c : R)) * (Ebar_abs h c : R)).
    rewrite <- drift_at, <- wpsi_at, <- wrest_at, <- abs_at, <- ebar_at, <- ebar_is, wpsi_is, wrest_is by assumption.
    replace (psi_i h c * share h c + share h c * (m h c + (-1) * psi_i h c)) with (m h c * share h c) by ring.
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

  Lemma sized_staleness : norm wb <= rho * norm b.
  Proof.
    apply (lift_le Smp Len TC Crd); [exact rho_nonneg|]. intros h c T Hc.
    rewrite <- w_stale_at, <- stale_is, w_stale_is by assumption. apply drift_part.
    pose proof (low h T c Hc). apply Rabs_le. split; [lra | auto].
  Qed.

  Lemma sized_folds : inner w_psi w_psi - inner (plus wF wb) (plus wF wb) <= T2.
  Proof. rewrite inner_plus, !inner_plus_r, (inner_sym wb wF). lra. Qed.

  Lemma sized_level : sqrt (share0 ^ 2 * norm F ^ 2 + (T2 + R_h)) = T_s.
  Proof. exact (level_few Smp Len TC Crd A T2 T_s r unit A_is T_nonneg R_h share0 T_is). Qed.

  Section claim.
    Variable B_b : R.
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
  End claim.
End drift.

(** * The point of a run *)

Section whole.
  Variables (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC) (TS : Type) (Stg : functional TS).
  Context {V Z : space}.
  Variables A Delta K L Lambda1 Y a alpha c_w f_first f_last f_star gain mean_next mean_now nu p r x : R.
  Variables L_k f_next f_now sqrt_Lk : history -> R.
  Variables Lom_i Lv_i om_i v_i : history -> TC -> R.
  Variables (S_mj gamma chi : nat -> TS -> R) (beta : TS -> history -> R) (c_m s_m : nat -> R).
  Variables (pi : nat -> TS -> history -> R) (sqrt_d : nat -> nat -> R).
  Variables F_k Lom_k Lv_k n_k v_k : history -> lift Crd (fun _ => real_space).
  Variables Ebar Lom Lv b n unit : process Smp Len (lift Crd (fun _ => real_space)).
  Variables (P omega : nat -> TS -> process Smp Len real_space) (Sdv Shn : nat -> lift Stg (fun _ => real_space)).
  Variables U W w z : nat -> nat -> process Smp Len V.
  Variables (b__parts : lift Stg (fun _ => process Smp Len Z)) (b_m : TS -> process Smp Len Z).
  Variables (b_mk : TS -> history -> Z) (n_m v_m : nat -> process Smp Len V) (d_m : nat -> nat) (i : nat).
  Hypothesis some : (0 < Len)%nat.
  Hypothesis v_elements : forall h, taken Smp Len h -> forall c, support Crd c -> v_i h c = (v_k h c : R).
  Hypothesis Lv_elements : forall h, taken Smp Len h -> forall c, support Crd c -> Lv_i h c = (Lv_k h c : R).
  Hypothesis Lv_at : forall h, taken Smp Len h ->
    forall y : lift Crd (fun _ => real_space), inner (Lv_k h) y = inner (Lv h) y.
  Hypothesis n_elements : forall h, taken Smp Len h -> forall c, support Crd c -> om_i h c = (n_k h c : R).
  Hypothesis Lom_elements : forall h, taken Smp Len h -> forall c, support Crd c -> Lom_i h c = (Lom_k h c : R).
  Hypothesis Lom_at : forall h, taken Smp Len h ->
    forall y : lift Crd (fun _ => real_space), inner (Lom_k h) y = inner (Lom h) y.
  Hypothesis F_at : forall h, taken Smp Len h ->
    forall y : lift Crd (fun _ => real_space), inner (F_k h) y = r * inner (unit h) y.
  Hypothesis v_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
    inner (v_k h) y = inner (Ebar h) y + inner (b h) y + r * inner (unit h) y.
  Hypothesis n_at : forall h, taken Smp Len h ->
    forall y : lift Crd (fun _ => real_space), inner (n_k h) y = inner (n h) y.
  Hypothesis b_at : forall m, support Stg m -> forall h, taken Smp Len h ->
    forall y, inner (b_mk m h) y = inner (b_m m h) y.
  Hypothesis pi_at : forall i m, support Stg m -> forall h, taken Smp Len h -> pi i m h = (P i m h : R).
  Hypothesis b_stage : forall m, support Stg m -> forall y, inner (b_m m) y = inner (b__parts m) y.
  Hypothesis gamma_at : forall i m, support Stg m -> gamma i m = (Sdv i m : R).
  Hypothesis chi_at : forall i m, support Stg m -> chi i m = (Shn i m : R).
  Hypothesis parts : inner b__parts b__parts = inner b b.
  Hypothesis values : path Smp Len f_now f_next f_first f_last mean_now mean_next K.
  Hypothesis unit_known : known Smp Len (lift Crd (fun _ => real_space)) 1 unit.
  Hypothesis n_differences : differences Smp Len (lift Crd (fun _ => real_space)) n.
  Hypothesis Lv_known : known Smp Len (lift Crd (fun _ => real_space)) 1 Lv.
  Hypothesis Lom_differences : differences Smp Len (lift Crd (fun _ => real_space)) Lom.
  Hypothesis stage_differences : forall j, differences Smp Len V (n_m j).
  Hypothesis w_is : forall k j h, taken Smp Len h -> w k j h = delayed Smp Len V (k + 1) (v_m j) h.
  Hypothesis z_is : forall k j h, taken Smp Len h -> z k j h = delayed Smp Len V (k + 1) (n_m j) h.
  Hypothesis U_start : forall j y, inner (U 0%nat j) y = 0.
  Hypothesis U_next : forall k j y, inner (U (S k) j) y = inner (U k j) y + inner (w k j) y.
  Hypothesis W_start : forall j y, inner (W 0%nat j) y = 0.
  Hypothesis W_next : forall k j y, inner (W (S k) j) y = inner (W k j) y + inner (z k j) y.
  Hypothesis gamma_start : forall m, support Stg m -> gamma 0%nat m = 0.
  Hypothesis gamma_next : forall j m, support Stg m -> gamma (S j) m = gamma j m + S_mj j m * c_m j * INR (d_m j).
  Hypothesis chi_start : forall m, support Stg m -> chi 0%nat m = 0.
  Hypothesis chi_next : forall j m, support Stg m -> chi (S j) m = chi j m + S_mj j m * s_m j * sqrt_d (d_m j) j.
  Hypothesis P_start : forall m, support Stg m -> forall y, inner (P 0%nat m) y = 0.
  Hypothesis P_next : forall i m, support Stg m ->
    forall y, inner (P (S i) m) y = inner (P i m) y + S_mj i m * inner (omega i m) y.
  Hypothesis r_nonneg : 0 <= r.
  Hypothesis unit_short : inner unit unit <= 1.
  Hypothesis unit_or_none : inner unit unit * r ^ 2 = r ^ 2.
  Hypothesis bounded_below : f_star <= f_last.
  Hypothesis gap : Delta = f_first + (-1) * f_star.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis gain_pos : 0 < gain.
  Hypothesis L_most : forall h, taken Smp Len h -> L_k h <= L.
  Hypothesis smooth : forall h, taken Smp Len h -> f_next h <= f_now h
    + 1 / 2 * L_k h * (inner (n_k h) (n_k h) * alpha ^ 2 * gain ^ 2 + inner (v_k h) (v_k h) * alpha ^ 2 * gain ^ 2
      + 2 * inner (n_k h) (v_k h) * alpha ^ 2 * gain ^ 2)
    + (-1) * inner (F_k h) (n_k h) * alpha * gain + (-1) * inner (F_k h) (v_k h) * alpha * gain.
  Hypothesis Lk_squared : forall h, taken Smp Len h -> sqrt_Lk h ^ 2 = L_k h.
  Hypothesis Lv_is : forall h, taken Smp Len h -> forall c, support Crd c -> Lv_i h c = sqrt_Lk h * v_i h c.
  Hypothesis Lom_is : forall h, taken Smp Len h -> forall c, support Crd c -> Lom_i h c = om_i h c * sqrt_Lk h.
  Hypothesis paid : 1 / 2 * inner Lom Lom * alpha * gain <= c_w.
  Hypothesis x_is : x = L * alpha * gain.
  Hypothesis p_is : p = Delta * / K * / alpha * / gain.
  Hypothesis root_nonneg : forall j, 0 <= sqrt_d (d_m j) j.
  Hypothesis root_squared : forall j, sqrt_d (d_m j) j ^ 2 = INR (d_m j).
  Hypothesis c_nonneg : forall j, 0 <= c_m j.
  Hypothesis s_nonneg : forall j, 0 <= s_m j.
  Hypothesis v_short : forall j, inner (v_m j) (v_m j) <= c_m j ^ 2.
  Hypothesis n_short : forall j, inner (n_m j) (n_m j) <= s_m j ^ 2.
  Hypothesis S_nonneg : forall j m, support Stg m -> 0 <= S_mj j m.
  Hypothesis far : forall j m, support Stg m -> inner (omega j m) (omega j m) <= alpha ^ 2 * gain ^ 2 *
    (inner (U (d_m j) j) (U (d_m j) j) + inner (W (d_m j) j) (W (d_m j) j) + 2 * inner (U (d_m j) j) (W (d_m j) j)).
  Hypothesis beta_nonneg : forall m, support Stg m -> forall h, taken Smp Len h -> 0 <= beta m h.
  Hypothesis beta_is : forall m, support Stg m -> forall h, taken Smp Len h ->
    beta m h ^ 2 = inner (b_mk m h) (b_mk m h).
  Hypothesis below : forall m, support Stg m -> forall h, taken Smp Len h -> beta m h <= pi i m h.
  Hypothesis A_is : A = inner unit unit * r ^ 2.
  Hypothesis Y_nonneg : 0 <= Y.
  Hypothesis Y_is : Y ^ 2 = inner Ebar Ebar + inner b b + 2 * inner Ebar b + inner unit unit * r ^ 2
    + 2 * inner Ebar unit * r + 2 * inner b unit * r.
  Hypothesis Lambda1_nonneg : 0 <= Lambda1.
  Hypothesis nu_nonneg : 0 <= nu.
  Hypothesis coherent : inner (Sdv i) (Sdv i) <= Lambda1 ^ 2 * Y ^ 2.
  Hypothesis martingale : inner (Shn i) (Shn i) <= nu ^ 2.
  Hypothesis a_is : a = inner Ebar unit + inner b unit + inner unit unit * r.

  Variables R_h T2 T_s q qn rho share0 : R.
  Variables drift ebar_i grad hF_i h_i m m_1 psi_i s_1 share sqrt_hi stale w_grad w_stale wpsi_i wrest_i :
    history -> TC -> R.
  Variables Ebar_abs Etilde hF wF w_psi w_rest wb : process Smp Len (lift Crd (fun _ => real_space)).
  Hypothesis w_grad_at : forall h, taken Smp Len h -> forall c, support Crd c -> w_grad h c = (wF h c : R).
  Hypothesis w_stale_at : forall h, taken Smp Len h -> forall c, support Crd c -> w_stale h c = (wb h c : R).
  Hypothesis wpsi_at : forall h, taken Smp Len h -> forall c, support Crd c -> wpsi_i h c = (w_psi h c : R).
  Hypothesis wrest_at : forall h, taken Smp Len h -> forall c, support Crd c -> wrest_i h c = (w_rest h c : R).
  Hypothesis grad_is : forall h, taken Smp Len h -> forall c, support Crd c -> grad h c = r * (unit h c : R).
  Hypothesis stale_is : forall h, taken Smp Len h -> forall c, support Crd c -> stale h c = (b h c : R).
  Hypothesis drift_at : forall h, taken Smp Len h -> forall c, support Crd c ->
    drift h c = (Ebar h c : R) + (Etilde h c : R).
  Hypothesis ebar_at : forall h, taken Smp Len h -> forall c, support Crd c -> ebar_i h c = (Ebar h c : R).
  Hypothesis abs_at : forall h, taken Smp Len h -> forall c, support Crd c -> m_1 h c = (Ebar_abs h c : R).
  Hypothesis wpsi_known : known Smp Len (lift Crd (fun _ => real_space)) 1 w_psi.
  Hypothesis Ebar_known : known Smp Len (lift Crd (fun _ => real_space)) 1 Ebar.
  Hypothesis abs_known : known Smp Len (lift Crd (fun _ => real_space)) 1 Ebar_abs.
  Hypothesis wrest_differences : differences Smp Len (lift Crd (fun _ => real_space)) w_rest.
  Hypothesis Etilde_differences : differences Smp Len (lift Crd (fun _ => real_space)) Etilde.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis high : forall h, taken Smp Len h -> forall c, support Crd c -> share h c <= rho.
  Hypothesis low : forall h, taken Smp Len h -> forall c, support Crd c -> (-1) * rho <= share h c.
  Hypothesis drift_above : forall h, taken Smp Len h -> forall c, support Crd c -> drift h c <= m h c * share h c.
  Hypothesis drift_below : forall h, taken Smp Len h -> forall c, support Crd c -> (-1) * m h c * share h c <= drift h c.
  Hypothesis sign_1 : forall h, taken Smp Len h -> forall c, support Crd c -> s_1 h c ^ 2 = 1.
  Hypothesis size_1 : forall h, taken Smp Len h -> forall c, support Crd c -> 0 <= m_1 h c.
  Hypothesis ebar_is : forall h, taken Smp Len h -> forall c, support Crd c -> m_1 h c * s_1 h c = ebar_i h c.
  Hypothesis w_grad_is : forall h, taken Smp Len h -> forall c, support Crd c -> w_grad h c = grad h c * share h c.
  Hypothesis w_stale_is : forall h, taken Smp Len h -> forall c, support Crd c -> w_stale h c = share h c * stale h c.
  Hypothesis wpsi_is : forall h, taken Smp Len h -> forall c, support Crd c -> wpsi_i h c = psi_i h c * share h c.
  Hypothesis wrest_is : forall h, taken Smp Len h -> forall c, support Crd c ->
    wrest_i h c = share h c * (m h c + (-1) * psi_i h c).
  Hypothesis hF_at : forall h, taken Smp Len h -> forall c, support Crd c -> hF_i h c = (hF h c : R).
  Hypothesis beyond : forall h, taken Smp Len h -> forall c, support Crd c -> share h c ^ 2 <= h_i h c + share0 ^ 2.
  Hypothesis hi_squared : forall h, taken Smp Len h -> forall c, support Crd c -> sqrt_hi h c ^ 2 = h_i h c.
  Hypothesis hF_is : forall h, taken Smp Len h -> forall c, support Crd c -> hF_i h c = grad h c * sqrt_hi h c.
  Hypothesis more : inner hF hF <= R_h.
  Hypothesis T2_nonneg : 0 <= T2.
  Hypothesis folds : inner w_psi w_psi + (-1) * inner wF wF + (-1) * inner wb wb + (-2) * inner wF wb <= T2.
  Hypothesis T_nonneg : 0 <= T_s.
  Hypothesis T_is : T_s ^ 2 = R_h + T2 + A * share0 ^ 2.
  Hypothesis q_is : q = Lambda1 * alpha * gain * (1 + rho).
  Hypothesis qn_is : qn = alpha * gain * nu * (1 + rho).

  Let F : process Smp Len (lift Crd (fun _ => real_space)) := scal r unit.
  Let v : process Smp Len (lift Crd (fun _ => real_space)) := plus F (plus b Ebar).

  Lemma sized_stale : norm b <= alpha * gain * (Lambda1 * norm v + nu).
  Proof.
    apply mean_staleness with (TC := TC) (Crd := Crd) (TS := TS) (Stg := Stg) (V := V) (Z := Z) (Y := Y)
      (S_mj := S_mj) (gamma := gamma) (chi := chi) (beta := beta) (c_m := c_m) (s_m := s_m) (pi := pi)
      (sqrt_d := sqrt_d) (P := P) (omega := omega) (Sdv := Sdv) (Shn := Shn) (U := U) (W := W) (w := w) (z := z)
      (b__parts := b__parts) (b_m := b_m) (b_mk := b_mk) (n_m := n_m) (v_m := v_m) (d_m := d_m) (i := i); assumption.
  Qed.

  (** mean.sized *)
  Lemma compare_mean_sized :
    (A + Y ^ 2 + (-2) * a * r <= (T_s + qn + Y * q) ^ 2) /\ (a * r <= c_w + p + 1 / 2 * x * Y ^ 2) /\
    a ^ 2 <= Y ^ 2.
  Proof using All.
    replace (T_s + qn + Y * q)
      with (T_s + (1 + rho) * (alpha * gain) * Lambda1 * Y + (1 + rho) * (alpha * gain) * nu)
      by (rewrite q_is, qn_is; ring).
    apply (mean_claimed Smp Len TC Crd A Delta K L Y a alpha c_w f_first f_last f_star gain mean_next mean_now p r x
      L_k f_next f_now sqrt_Lk F_k n_k v_k Ebar Lom b n unit some F_at v_at n_at values r_nonneg unit_or_none
      bounded_below gap alpha_pos gain_pos smooth Lk_squared paid x_is p_is A_is Y_nonneg Y_is a_is).
    intros f Low Descent. rewrite <- (level_few Smp Len TC Crd A T2 T_s r unit A_is T_nonneg R_h share0 T_is).
    assert (Seen : forall h, taken Smp Len h ->
      forall y : lift Crd (fun _ => real_space), inner (v_k h) y = inner (v h) y)
      by (intros h T y; now apply (mean_step_seen Smp Len TC Crd r v_k Ebar b unit v_at)).
    apply (run_sized Smp Len f f_star some Low F n b Ebar unit Lv Lom sqrt_Lk (alpha * gain) L Lambda1 nu
      (Rmult_lt_0_compat _ _ alpha_pos gain_pos) (unit_is unit r r_nonneg unit_short unit_or_none)
      (known_scal r unit unit_known) n_differences Lv_known Lom_differences
      (Lv_multiple Smp Len TC Crd sqrt_Lk Lv_i v_i Lv_k v_k Lv v v_elements Lv_elements Lv_at Seen Lv_is)
      (Lom_multiple Smp Len TC Crd sqrt_Lk Lom_i om_i Lom_k n_k Lom n n_elements Lom_elements Lom_at n_at Lom_is)
      (curved_most Smp Len L L_k sqrt_Lk L_most Lk_squared) Descent sized_stale Etilde Ebar_abs wF wb w_psi w_rest hF);
      try assumption.
    - apply sized_square with (ebar_i := ebar_i) (m_1 := m_1) (s_1 := s_1); assumption.
    - apply sized_product with (drift := drift) (ebar_i := ebar_i) (m := m) (m_1 := m_1) (psi_i := psi_i) (s_1 := s_1)
        (share := share) (wpsi_i := wpsi_i) (wrest_i := wrest_i); assumption.
    - apply sized_gradient with (grad := grad) (share := share) (w_grad := w_grad) (hF_i := hF_i) (h_i := h_i)
        (sqrt_hi := sqrt_hi); assumption.
    - apply sized_staleness with (share := share) (stale := stale) (w_stale := w_stale); assumption.
    - now apply sized_folds.
  Qed.
End whole.
