(** As CompareMean.v, for Theorem 1 by conditional means: the point of a run, with the mean drift as measured, by
    its share of what is read, and by mean sizes. *)

From Coq Require Import Reals Lra Lia List Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Master.
From Analog Require Import Compare CompareStale CompareRuns.
From Analog Require Import Stages.
From Analog Require Import ConditionalMeans CompareMean MeanSizes CompareMeanSizes.
Local Open Scope R_scope.

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

  Let F : process Smp Len (lift Crd (fun _ => real_space)) := scal r unit.
  Let v : process Smp Len (lift Crd (fun _ => real_space)) := plus F (plus b Ebar).

  Let step_pos : 0 < alpha * gain.
  Proof. now apply Rmult_lt_0_compat. Qed.

  Let far_seen j m' : support Stg m' -> inner (omega j m') (omega j m') <= (alpha * gain) ^ 2 *
    (inner (U (d_m j) j) (U (d_m j) j) + inner (W (d_m j) j) (W (d_m j) j) + 2 * inner (U (d_m j) j) (W (d_m j) j)).
  Proof. intros H. rewrite Rpow_mult_distr. now apply far. Qed.

  Lemma mean_step_length : norm v = Y.
  Proof.
    apply root_is; [exact Y_nonneg|]. rewrite Y_is. unfold v, F.
    rewrite !inner_plus, !inner_plus_r, !inner_scal, !inner_scal_r, (inner_sym unit b), (inner_sym unit Ebar),
      (inner_sym Ebar b). ring.
  Qed.

  Lemma mean_step_component : inner unit v = a.
  Proof.
    rewrite a_is. unfold v, F. rewrite !inner_plus_r, inner_scal_r, (inner_sym unit b), (inner_sym unit Ebar). ring.
  Qed.

  Lemma mean_step_seen h : taken Smp Len h ->
    forall y : lift Crd (fun _ => real_space), inner (v_k h) y = inner (v h) y.
  Proof.
    intros T y. rewrite (v_at h T). change (v h) with (plus (scal r (unit h)) (plus (b h) (Ebar h))).
    rewrite !inner_plus, inner_scal. ring.
  Qed.

  Lemma mean_staleness : norm b <= alpha * gain * (Lambda1 * norm v + nu).
  Proof.
    rewrite mean_step_length. unfold norm at 1. rewrite <- parts.
    apply stages_stale with (v_m := v_m) (w := w) (U := U) (c_m := c_m) (d_m := d_m) (n_m := n_m) (z := z) (W := W)
      (s_m := s_m) (sqrt_d := sqrt_d) (S_mj := S_mj) (gamma := gamma) (chi := chi) (Sdv := Sdv) (Shn := Shn) (P := P)
      (omega := omega) (pi := pi) (b_m := b_m) (b_mk := b_mk) (beta := beta) (i := i); assumption.
  Qed.

  Lemma mean_gradient : norm F ^ 2 = A.
  Proof. rewrite norm_sq, A_is. unfold F. rewrite inner_scal, inner_scal_r. ring. Qed.

  (** What a theorem about f along the run says, in the claim's numbers. *)
  Lemma mean_claimed (early q qn : R) :
    (forall f : history -> R, f_star <= mean Smp Len f ->
      (forall h, taken Smp Len h -> f h <= f (tl h) - alpha * gain * (inner (F h) (v h) + inner (F h) (n h))
        + sqrt_Lk h ^ 2 / 2 * ((alpha * gain) ^ 2 * norm (plus (v h) (n h)) ^ 2)) ->
      feasible_mean ((f nil - f_star) / (alpha * gain * INR Len)) (alpha * gain / 2 * norm Lom ^ 2)
        (alpha * gain * L) early q qn (norm F ^ 2) (norm v) (inner unit v)) ->
    (A + Y ^ 2 + (-2) * a * r <= (early + q * Y + qn) ^ 2) /\ (a * r <= c_w + p + 1 / 2 * x * Y ^ 2) /\
    a ^ 2 <= Y ^ 2.
  Proof.
    intros Feasible. pose proof values as (f & Now & Next & E1 & E2 & _ & _ & EK).
    destruct (Feasible f) as (_ & Short & I & II).
    - rewrite <- E2. exact bounded_below.
    - intros h T. rewrite <- (Now h T), <- (Next h T).
      now apply (curved_descent Smp Len TC Crd alpha gain r L_k f_next f_now sqrt_Lk F_k n_k v_k n unit v F_at
        mean_step_seen n_at smooth Lk_squared).
    - assert (Pays : alpha * gain / 2 * norm Lom ^ 2 <= c_w) by (rewrite norm_sq; lra).
      rewrite mean_step_length, mean_step_component in Short, I, II.
      rewrite mean_gradient, (root_is r A r_nonneg) in I, II by (rewrite A_is; lra).
      rewrite (start_cost Delta K (alpha * gain) p (f nil) f_star Len some step_pos EK) in II
        by (rewrite ?p_is, ?Rinv_mult; try rewrite gap, E1; ring).
      repeat split.
      + lra.
      + rewrite x_is. lra.
      + rewrite <- (pow2_abs a). apply pow_incr. split; [apply Rabs_pos | exact Short].
  Qed.

  Let Lv_seen := Lv_multiple Smp Len TC Crd sqrt_Lk Lv_i v_i Lv_k v_k Lv v v_elements Lv_elements Lv_at
    mean_step_seen Lv_is.
  Let Lom_seen := Lom_multiple Smp Len TC Crd sqrt_Lk Lom_i om_i Lom_k n_k Lom n n_elements Lom_elements Lom_at
    n_at Lom_is.
  Let most := curved_most Smp Len L L_k sqrt_Lk L_most Lk_squared.

  Section measured.
    Variable phi : R.
    Hypothesis phi_nonneg : 0 <= phi.
    Hypothesis drift_short : inner Ebar Ebar <= phi ^ 2.

    (** mean.measured *)
    Lemma compare_mean_measured :
      (A + Y ^ 2 + (-2) * a * r <= (phi + alpha * gain * (nu + Lambda1 * Y)) ^ 2) /\
      (a * r <= c_w + p + 1 / 2 * x * Y ^ 2) /\ a ^ 2 <= Y ^ 2.
    Proof using All.
      replace (phi + alpha * gain * (nu + Lambda1 * Y))
        with (phi + alpha * gain * Lambda1 * Y + alpha * gain * nu) by ring.
      apply mean_claimed. intros f Low Descent.
      apply (run_mean_measured Smp Len f f_star some Low F n b Ebar unit Lv Lom sqrt_Lk (alpha * gain) L Lambda1 nu
        step_pos (unit_is unit r r_nonneg unit_short unit_or_none) (known_scal r unit unit_known) n_differences Lv_known
        Lom_differences Lv_seen Lom_seen most Descent mean_staleness). now apply norm_le.
    Qed.
  End measured.

  Section feasible.
    Variables T2 T_s q qn rho : R.
    Variables drift grad m noise s share stale w_grad w_noise w_stale : history -> TC -> R.
    Variables Etilde wF wb wn : process Smp Len (lift Crd (fun _ => real_space)).
    Hypothesis grad_is : forall h, taken Smp Len h -> forall c, support Crd c -> grad h c = r * (unit h c : R).
    Hypothesis stale_is : forall h, taken Smp Len h -> forall c, support Crd c -> stale h c = (b h c : R).
    Hypothesis w_grad_at : forall h, taken Smp Len h -> forall c, support Crd c -> w_grad h c = (wF h c : R).
    Hypothesis w_noise_at : forall h, taken Smp Len h -> forall c, support Crd c -> w_noise h c = (wn h c : R).
    Hypothesis w_stale_at : forall h, taken Smp Len h -> forall c, support Crd c -> w_stale h c = (wb h c : R).
    Hypothesis drift_at : forall h, taken Smp Len h -> forall c, support Crd c ->
      drift h c = (Ebar h c : R) + (Etilde h c : R).
    Hypothesis wF_known : known Smp Len (lift Crd (fun _ => real_space)) 1 wF.
    Hypothesis Ebar_known : known Smp Len (lift Crd (fun _ => real_space)) 1 Ebar.
    Hypothesis wn_differences : differences Smp Len (lift Crd (fun _ => real_space)) wn.
    Hypothesis Etilde_differences : differences Smp Len (lift Crd (fun _ => real_space)) Etilde.
    Hypothesis rho_nonneg : 0 <= rho.
    Hypothesis high : forall h, taken Smp Len h -> forall c, support Crd c -> share h c <= rho.
    Hypothesis low : forall h, taken Smp Len h -> forall c, support Crd c -> (-1) * rho <= share h c.
    Hypothesis sign : forall h, taken Smp Len h -> forall c, support Crd c -> s h c ^ 2 = 1.
    Hypothesis sample : forall h, taken Smp Len h -> forall c, support Crd c ->
      m h c * s h c = grad h c + noise h c + stale h c.
    Hypothesis w_grad_is : forall h, taken Smp Len h -> forall c, support Crd c -> w_grad h c = grad h c * share h c.
    Hypothesis w_noise_is : forall h, taken Smp Len h -> forall c, support Crd c ->
      w_noise h c = noise h c * share h c.
    Hypothesis w_stale_is : forall h, taken Smp Len h -> forall c, support Crd c ->
      w_stale h c = share h c * stale h c.
    Hypothesis responds : forall h, taken Smp Len h -> forall c, support Crd c ->
      drift h c ^ 2 <= m h c ^ 2 * share h c ^ 2.
    Hypothesis energy : inner wn wn <= T2.
    Hypothesis T_nonneg : 0 <= T_s.
    Hypothesis q_is : q = Lambda1 * alpha * gain * (1 + rho).
    Hypothesis qn_is : qn = alpha * gain * nu * (1 + rho).

    Section plain.
    Hypothesis T_is : T_s ^ 2 = T2 + A * rho ^ 2.

    (** mean.feasible *)
    Lemma compare_mean_feasible :
      (A + Y ^ 2 + (-2) * a * r <= (T_s + qn + Y * q) ^ 2) /\ (a * r <= c_w + p + 1 / 2 * x * Y ^ 2) /\
      a ^ 2 <= Y ^ 2.
    Proof using All.
      replace (T_s + qn + Y * q)
        with (T_s + (1 + rho) * (alpha * gain) * Lambda1 * Y + (1 + rho) * (alpha * gain) * nu)
        by (rewrite q_is, qn_is; ring).
      apply mean_claimed. intros f Low Descent.
      pose proof (run_mean Smp Len f f_star some Low F n b Ebar unit Lv Lom sqrt_Lk (alpha * gain) L Lambda1 nu
        step_pos (unit_is unit r r_nonneg unit_short unit_or_none) (known_scal r unit unit_known) n_differences Lv_known
        Lom_differences Lv_seen Lom_seen most Descent mean_staleness Etilde wF wn wb rho T2 rho_nonneg Ebar_known
        Etilde_differences wF_known wn_differences energy) as Main.
      assert (Level : sqrt (rho ^ 2 * norm F ^ 2 + T2) = T_s)
        by exact (level_is Smp Len TC Crd A T2 T_s r rho unit A_is T_nonneg T_is).
      rewrite Level in Main. apply Main.
      - apply gradient_shared with (drift := drift) (grad := grad) (m := m) (noise := noise) (s := s) (share := share)
          (stale := stale) (w_grad := w_grad) (w_noise := w_noise) (w_stale := w_stale) (Ebar := Ebar)
          (Etilde := Etilde) (b := b) (wb := wb) (wn := wn); assumption.
      - apply staleness_shared with (drift := drift) (grad := grad) (m := m) (noise := noise) (s := s) (share := share)
          (stale := stale) (w_grad := w_grad) (w_noise := w_noise) (w_stale := w_stale) (Ebar := Ebar) (r := r)
          (Etilde := Etilde) (unit := unit) (wF := wF) (wn := wn); assumption.
      - apply drift_shared with (drift := drift) (grad := grad) (m := m) (noise := noise) (s := s) (share := share)
          (stale := stale) (w_grad := w_grad) (w_noise := w_noise) (w_stale := w_stale) (r := r) (rho := rho)
          (b := b) (unit := unit); assumption.
    Qed.
    End plain.

    Section few.
    Variables R_h share0 : R.
    Variables hF_i h_i sqrt_hi : history -> TC -> R.
    Variable hF : process Smp Len (lift Crd (fun _ => real_space)).
    Hypothesis hF_at : forall h, taken Smp Len h -> forall c, support Crd c -> hF_i h c = (hF h c : R).
    Hypothesis beyond : forall h, taken Smp Len h -> forall c, support Crd c -> share h c ^ 2 <= h_i h c + share0 ^ 2.
    Hypothesis hi_squared : forall h, taken Smp Len h -> forall c, support Crd c -> sqrt_hi h c ^ 2 = h_i h c.
    Hypothesis hF_is : forall h, taken Smp Len h -> forall c, support Crd c -> hF_i h c = grad h c * sqrt_hi h c.
    Hypothesis more : inner hF hF <= R_h.
    Hypothesis T_few : T_s ^ 2 = R_h + T2 + A * share0 ^ 2.

    (** mean.shares_feasible *)
    Lemma compare_mean_shares_feasible :
      (A + Y ^ 2 + (-2) * a * r <= (T_s + qn + Y * q) ^ 2) /\ (a * r <= c_w + p + 1 / 2 * x * Y ^ 2) /\
      a ^ 2 <= Y ^ 2.
    Proof using All.
      replace (T_s + qn + Y * q)
        with (T_s + (1 + rho) * (alpha * gain) * Lambda1 * Y + (1 + rho) * (alpha * gain) * nu)
        by (rewrite q_is, qn_is; ring).
      apply mean_claimed. intros f Low Descent.
      pose proof (run_mean_few Smp Len f f_star some Low F n b Ebar unit Lv Lom sqrt_Lk (alpha * gain) L Lambda1 nu
        step_pos (unit_is unit r r_nonneg unit_short unit_or_none) (known_scal r unit unit_known) n_differences Lv_known
        Lom_differences Lv_seen Lom_seen most Descent mean_staleness Etilde wF wn wb hF rho share0 T2 R_h rho_nonneg
        Ebar_known Etilde_differences wF_known wn_differences energy more) as Main.
      assert (Level : sqrt (share0 ^ 2 * norm F ^ 2 + (T2 + R_h)) = T_s)
        by exact (level_few Smp Len TC Crd A T2 T_s r unit A_is T_nonneg R_h share0 T_few).
      rewrite Level in Main. apply Main.
      - apply gradient_few with (grad := grad) (share := share) (w_grad := w_grad) (hF_i := hF_i) (h_i := h_i)
          (sqrt_hi := sqrt_hi); assumption.
      - apply staleness_shared with (drift := drift) (grad := grad) (m := m) (noise := noise) (s := s) (share := share)
          (stale := stale) (w_grad := w_grad) (w_noise := w_noise) (w_stale := w_stale) (Ebar := Ebar) (r := r)
          (Etilde := Etilde) (unit := unit) (wF := wF) (wn := wn); assumption.
      - apply drift_shared with (drift := drift) (grad := grad) (m := m) (noise := noise) (s := s) (share := share)
          (stale := stale) (w_grad := w_grad) (w_noise := w_noise) (w_stale := w_stale) (r := r) (rho := rho)
          (b := b) (unit := unit); assumption.
    Qed.
    End few.
  End feasible.

  Section sized.
    Variables R_h T2 T_s q qn share0 : R.
    Variables drift ebar_i grad hF_i h_i m m_1 psi_i s_1 share sqrt_hi w_grad wpsi_i wrest_i : history -> TC -> R.
    Variables Ebar_abs Etilde hF wF w_psi w_rest : process Smp Len (lift Crd (fun _ => real_space)).
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

    Section read.
      Variable rho : R.
      Variables stale w_stale : history -> TC -> R.
      Variable wb : process Smp Len (lift Crd (fun _ => real_space)).
      Hypothesis w_stale_at : forall h, taken Smp Len h -> forall c, support Crd c -> w_stale h c = (wb h c : R).
      Hypothesis stale_is : forall h, taken Smp Len h -> forall c, support Crd c -> stale h c = (b h c : R).
      Hypothesis wpsi_known : known Smp Len (lift Crd (fun _ => real_space)) 1 w_psi.
      Hypothesis rho_nonneg : 0 <= rho.
      Hypothesis high : forall h, taken Smp Len h -> forall c, support Crd c -> share h c <= rho.
      Hypothesis low : forall h, taken Smp Len h -> forall c, support Crd c -> (-1) * rho <= share h c.
      Hypothesis w_stale_is : forall h, taken Smp Len h -> forall c, support Crd c ->
        w_stale h c = share h c * stale h c.
      Hypothesis wrest_is : forall h, taken Smp Len h -> forall c, support Crd c ->
        wrest_i h c = share h c * (m h c + (-1) * psi_i h c).
      Hypothesis T2_nonneg : 0 <= T2.
      Hypothesis folds : inner w_psi w_psi + (-1) * inner wF wF + (-1) * inner wb wb + (-2) * inner wF wb <= T2.
      Hypothesis q_is : q = Lambda1 * alpha * gain * (1 + rho).
      Hypothesis qn_is : qn = alpha * gain * nu * (1 + rho).

      (** mean.sized *)
      Lemma compare_mean_sized :
        (A + Y ^ 2 + (-2) * a * r <= (T_s + qn + Y * q) ^ 2) /\ (a * r <= c_w + p + 1 / 2 * x * Y ^ 2) /\
        a ^ 2 <= Y ^ 2.
      Proof using All.
        replace (T_s + qn + Y * q)
          with (T_s + (1 + rho) * (alpha * gain) * Lambda1 * Y + (1 + rho) * (alpha * gain) * nu)
          by (rewrite q_is, qn_is; ring).
        apply mean_claimed. intros f Low Descent.
        rewrite <- (level_few Smp Len TC Crd A T2 T_s r unit A_is T_nonneg R_h share0 T_is).
        apply (run_sized Smp Len f f_star some Low F n b Ebar unit Lv Lom sqrt_Lk (alpha * gain) L Lambda1 nu step_pos
          (unit_is unit r r_nonneg unit_short unit_or_none) (known_scal r unit unit_known) n_differences Lv_known
          Lom_differences Lv_seen Lom_seen most Descent mean_staleness Etilde Ebar_abs wF wb w_psi w_rest hF);
          try assumption.
        - apply sized_square with (ebar_i := ebar_i) (m_1 := m_1) (s_1 := s_1); assumption.
        - apply sized_product with (drift := drift) (ebar_i := ebar_i) (m := m) (m_1 := m_1) (psi_i := psi_i)
          (s_1 := s_1)
            (share := share) (wpsi_i := wpsi_i) (wrest_i := wrest_i); assumption.
        - apply sized_gradient with (grad := grad) (share := share) (w_grad := w_grad) (hF_i := hF_i) (h_i := h_i)
            (sqrt_hi := sqrt_hi); assumption.
        - apply sized_staleness with (share := share) (stale := stale) (w_stale := w_stale); assumption.
        - now apply sized_folds.
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
      Hypothesis wturn_is : forall h, taken Smp Len h -> forall c, support Crd c ->
        wturn_i h c = m_turn h c * share h c.
      Hypothesis D_nonneg : 0 <= D.
      Hypothesis turned : inner w_turn w_turn <= D ^ 2.
      Hypothesis folds : inner w_psi w_psi + (-1) * inner wF wF <= T2.
      Hypothesis q_is : q = Lambda1 * alpha * gain.
      Hypothesis qn_is : qn = D + alpha * gain * nu.

      (** mean.current_feasible *)
      Lemma compare_mean_current_feasible :
        (A + Y ^ 2 + (-2) * a * r <= (T_s + qn + Y * q) ^ 2) /\ (a * r <= c_w + p + 1 / 2 * x * Y ^ 2) /\
        a ^ 2 <= Y ^ 2.
      Proof using All.
        replace (T_s + qn + Y * q) with (T_s + alpha * gain * Lambda1 * Y + (alpha * gain * nu + D))
          by (rewrite q_is, qn_is; ring).
        apply mean_claimed. intros f Low Descent.
        rewrite <- (level_few Smp Len TC Crd A T2 T_s r unit A_is T_nonneg R_h share0 T_is).
        apply (run_current Smp Len f f_star some Low F n b Ebar unit Lv Lom sqrt_Lk (alpha * gain) L Lambda1 nu step_pos
          (unit_is unit r r_nonneg unit_short unit_or_none) (known_scal r unit unit_known) n_differences Lv_known
          Lom_differences Lv_seen Lom_seen most Descent mean_staleness Etilde Ebar_abs wF w_psi w_rest w_turn hF);
          try assumption.
        - apply sized_square with (ebar_i := ebar_i) (m_1 := m_1) (s_1 := s_1); assumption.
        - apply current_product with (cur_i := cur_i) (drift := drift) (ebar_i := ebar_i) (m := m) (m_1 := m_1)
            (m_cur := m_cur) (m_turn := m_turn) (psi_i := psi_i) (s := s) (s_1 := s_1) (share := share)
            (turn_i := turn_i) (wpsi_i := wpsi_i) (wrest_i := wrest_i) (wturn_i := wturn_i); assumption.
        - intros h. apply gradient_few with (grad := grad) (share := share) (w_grad := w_grad) (hF_i := hF_i)
            (h_i := h_i) (sqrt_hi := sqrt_hi); assumption.
        - now apply current_folds.
        - now apply current_turned.
      Qed.
    End current.
  End sized.
End whole.
