(** As CompareRuns.v, for the claims about conditional means, the path form and runs that are stopped. *)

From Coq Require Import Reals Lra Lia List Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Master.
From Analog Require Import Compare CompareStale CompareRuns.
From Analog Require Import Stages.
From Analog Require Import ConditionalMeans.
From Analog Require Multiplier.
Local Open Scope R_scope.

(** * What is used of several claims *)

(** What the elements are a multiple of is seen as that multiple. *)
Lemma multiple_elements {TC} (Crd : functional TC) (X Z : lift Crd (fun _ => real_space)) k :
  (forall c, support Crd c -> (X c : R) = k * (Z c : R)) -> forall y, inner X y = k * inner Z y.
Proof.
  intros E y. rewrite <- inner_scal. apply apply_ext. intros c Hc. simpl. now rewrite (E c Hc).
Qed.

Lemma average_scal_seen (Smp : sampler) (Len : nat) f first last now next mean_now mean_next count :
  (forall h, taken Smp Len h -> now h = f (tl h)) -> (forall h, taken Smp Len h -> next h = f h) ->
  path Smp Len now next first last mean_now mean_next count -> mean_next + (-1) * mean_now = rise Smp Len f.
Proof.
  intros Now Next (g & _ & _ & _ & _ & -> & -> & _). unfold rise.
  rewrite (average_taken Smp Len now _ Now), (average_taken Smp Len next _ Next). ring.
Qed.

(** * The variance of a step *)

(** mean.element *)
Lemma compare_mean_element (ctr_i e_c e_i m noise om_i s share : R) :
  s ^ 2 = 1 -> 0 <= m -> noise = m * s -> e_i + (-1) * e_c <= m * share -> (-1) * m * share <= e_i + (-1) * e_c ->
  ctr_i + om_i = e_i + noise + (-1) * e_c ->
  (ctr_i + om_i <= m * (1 + share)) /\ ((-1) * m * (1 + share) <= ctr_i + om_i) /\
  ((ctr_i + om_i) ^ 2 <= noise ^ 2 * (1 + share) ^ 2).
Proof.
  intros Sign Size Is Above Below Parts.
  assert (N : Rabs noise = m).
  { rewrite Is, Rabs_mult, (Rabs_pos_eq m) by exact Size. replace (Rabs s) with 1; [ring|].
    rewrite <- sqrt_Rsqr_abs, Rsqr_pow2, Sign. symmetry. apply sqrt_1. }
  pose proof (step_element share noise (e_i + (-1) * e_c)) as Main. rewrite N in Main.
  specialize (Main ltac:(apply Rabs_le; lra)).
  replace (noise + (e_i + (-1) * e_c)) with (ctr_i + om_i) in Main by (rewrite Parts; ring).
  pose proof (Rle_abs (ctr_i + om_i)). pose proof (Rle_abs (- (ctr_i + om_i))) as Neg. rewrite Rabs_Ropp in Neg.
  repeat split; try lra.
  rewrite <- (pow2_abs (ctr_i + om_i)), <- (pow2_abs noise), N, <- Rpow_mult_distr.
  apply pow_incr. split; [apply Rabs_pos | lra].
Qed.

(** mean.variance *)
Lemma compare_mean_variance (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC)
  (ctr_i e_c e_i lam_ctr lam_i lam_n lam_om m noise om_i s share : history -> TC -> R)
  (L_ctr L_n L_om : process Smp Len (lift Crd (fun _ => real_space))) :
  (forall h, taken Smp Len h -> forall c, support Crd c -> lam_om h c = (L_om h c : R)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> lam_ctr h c = (L_ctr h c : R)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> lam_n h c = (L_n h c : R)) ->
  differences Smp Len _ L_om -> known Smp Len _ 1 L_ctr ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> s h c ^ 2 = 1) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> 0 <= m h c) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> noise h c = m h c * s h c) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> e_i h c + (-1) * e_c h c <= m h c * share h c) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> (-1) * m h c * share h c <= e_i h c + (-1) * e_c h c) ->
  (forall h, taken Smp Len h -> forall c, support Crd c ->
    ctr_i h c + om_i h c = e_i h c + noise h c + (-1) * e_c h c) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> lam_om h c = lam_i h c * om_i h c) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> lam_ctr h c = ctr_i h c * lam_i h c) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> lam_n h c = lam_i h c * noise h c * (1 + share h c)) ->
  inner L_om L_om <= inner L_n L_n.
Proof.
  intros Eo Ec En Dif Kn Sign Size Is Above Below Parts Mo Mc Mn.
  rewrite <- !norm_sq. apply pow_incr. split; [apply norm_nonneg|].
  apply (step_variance Smp Len L_om L_ctr L_n Dif Kn). intros h T.
  rewrite <- (Rmult_1_l (norm (L_n h))). apply (elements_at_most Crd); [lra|]. intros c Hc.
  change (Rabs ((L_om h c : R) + (L_ctr h c : R)) <= 1 * Rabs (L_n h c : R)).
  rewrite <- (Eo h T c Hc), <- (Ec h T c Hc), <- (En h T c Hc), (Mo h T c Hc), (Mc h T c Hc), (Mn h T c Hc).
  destruct (compare_mean_element (ctr_i h c) (e_c h c) (e_i h c) (m h c) (noise h c) (om_i h c) (s h c) (share h c))
    as (_ & _ & Q); auto.
  rewrite Rmult_1_l. apply Rsqr_le_abs_0. rewrite !Rsqr_pow2.
  replace ((lam_i h c * om_i h c + ctr_i h c * lam_i h c) ^ 2) with (lam_i h c ^ 2 * (ctr_i h c + om_i h c) ^ 2)
    by ring.
  replace ((lam_i h c * noise h c * (1 + share h c)) ^ 2) with (lam_i h c ^ 2 * (noise h c ^ 2 * (1 + share h c) ^ 2))
    by ring.
  apply Rmult_le_compat_l; [apply pow2_ge_0 | exact Q].
Qed.

(** noise.stale *)
Lemma compare_noise_stale (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC) (D N : R)
  (fresh_i lam_fresh lam_i lam_turn lam_turn_mean lam_turn_rest lam_turned turn_i turn_mean turned_i :
    history -> TC -> R)
  (L_fresh L_turn L_turn_mean L_turn_rest L_turned : process Smp Len (lift Crd (fun _ => real_space))) :
  (forall h, taken Smp Len h -> forall c, support Crd c -> lam_fresh h c = (L_fresh h c : R)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> lam_turn h c = (L_turn h c : R)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> lam_turn_mean h c = (L_turn_mean h c : R)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> lam_turn_rest h c = (L_turn_rest h c : R)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> lam_turned h c = (L_turned h c : R)) ->
  known Smp Len _ 1 L_turn_mean -> differences Smp Len _ L_turn_rest ->
  (forall h, taken Smp Len h -> forall c, support Crd c ->
    turned_i h c = fresh_i h c + turn_i h c + (-1) * turn_mean h c) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> lam_fresh h c = fresh_i h c * lam_i h c) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> lam_turn h c = lam_i h c * turn_i h c) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> lam_turn_mean h c = lam_i h c * turn_mean h c) ->
  (forall h, taken Smp Len h -> forall c, support Crd c ->
    lam_turn_rest h c = lam_i h c * (turn_i h c + (-1) * turn_mean h c)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> lam_turned h c = lam_i h c * turned_i h c) ->
  0 <= N -> 0 <= D -> inner L_fresh L_fresh <= N ^ 2 -> inner L_turn L_turn <= D ^ 2 ->
  (inner L_turn_rest L_turn_rest <= inner L_turn L_turn) /\ (inner L_turned L_turned <= (D + N) ^ 2).
Proof.
  intros EF ET EM ER ES Kn Dif Noise WF WT WM WR WS HN HD Fresh Turn.
  destruct (noise_stale Smp Len L_fresh L_turn L_turn_mean L_turn_rest L_turned Kn Dif) as [R B].
  - intros h T. rewrite <- (Rmult_1_l (norm (L_turn h))). apply (elements_at_most Crd); [lra|]. intros c Hc.
    change (Rabs ((L_turn_mean h c : R) + (L_turn_rest h c : R)) <= 1 * Rabs (L_turn h c : R)).
    rewrite <- (EM h T c Hc), <- (ER h T c Hc), <- (ET h T c Hc), (WM h T c Hc), (WR h T c Hc), (WT h T c Hc).
    rewrite Rmult_1_l. apply Req_le. f_equal. ring.
  - intros h T. rewrite <- (Rmult_1_l (norm (plus (L_fresh h) (L_turn_rest h)))).
    apply (elements_at_most Crd); [lra|]. intros c Hc.
    change (Rabs (L_turned h c : R) <= 1 * Rabs ((L_fresh h c : R) + (L_turn_rest h c : R))).
    rewrite <- (EF h T c Hc), <- (ER h T c Hc), <- (ES h T c Hc), (WF h T c Hc), (WR h T c Hc), (WS h T c Hc),
      (Noise h T c Hc).
    rewrite Rmult_1_l. apply Req_le. f_equal. ring.
  - split.
    + rewrite <- !norm_sq. apply pow_incr. split; [apply norm_nonneg | exact R].
    + apply square_at_most. pose proof (norm_le L_fresh N HN Fresh). pose proof (norm_le L_turn D HD Turn). lra.
Qed.

(** * The mean drift *)

Section drift.
  Variables (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC).
  Variables A T2 T_s r rho : R.
  Variables drift grad m noise s share stale w_grad w_noise w_stale : history -> TC -> R.
  Variables Ebar Etilde b unit wF wb wn : process Smp Len (lift Crd (fun _ => real_space)).
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
  Hypothesis w_noise_is : forall h, taken Smp Len h -> forall c, support Crd c -> w_noise h c = noise h c * share h c.
  Hypothesis w_stale_is : forall h, taken Smp Len h -> forall c, support Crd c -> w_stale h c = share h c * stale h c.
  Hypothesis responds : forall h, taken Smp Len h -> forall c, support Crd c ->
    drift h c ^ 2 <= m h c ^ 2 * share h c ^ 2.
  Hypothesis A_is : A = inner unit unit * r ^ 2.
  Hypothesis energy : inner wn wn <= T2.
  Hypothesis T_nonneg : 0 <= T_s.

  Let F : process Smp Len (lift Crd (fun _ => real_space)) := scal r unit.

  Lemma element_shared h c : taken Smp Len h -> support Crd c ->
    ((wF h c : R) ^ 2 <= (r * (unit h c : R)) ^ 2 * rho ^ 2) /\ ((wb h c : R) ^ 2 <= rho ^ 2 * (b h c : R) ^ 2) /\
    (((Ebar h c : R) + (Etilde h c : R)) ^ 2 <= ((wF h c : R) + (wn h c : R) + (wb h c : R)) ^ 2).
  Proof.
    intros T Hc. rewrite <- w_grad_at, <- w_noise_at, <- w_stale_at, <- drift_at, <- stale_is, <- grad_is by assumption.
    apply compare_adaptive_coordinate with (m := m h c) (noise := noise h c) (s := s h c) (share := share h c); auto.
  Qed.

  Lemma gradient_shared : norm wF <= rho * norm F.
  Proof.
    apply (lift_le Smp Len TC Crd); [exact rho_nonneg|]. intros h c T Hc.
    destruct (element_shared h c T Hc) as (Q & _). rewrite Rmult_comm. exact Q.
  Qed.

  Lemma staleness_shared : norm wb <= rho * norm b.
  Proof.
    apply (lift_le Smp Len TC Crd); [exact rho_nonneg|]. intros h c T Hc.
    now destruct (element_shared h c T Hc) as (_ & Q & _).
  Qed.

  Lemma drift_shared h : taken Smp Len h ->
    norm (plus (Ebar h) (Etilde h)) <= norm (plus (plus (wF h) (wn h)) (wb h)).
  Proof.
    intros T. rewrite <- (Rmult_1_l (norm (plus (plus _ _) _))). apply (elements_at_most Crd); [lra|]. intros c Hc.
    destruct (element_shared h c T Hc) as (_ & _ & Q). rewrite Rmult_1_l. apply Rsqr_le_abs_0. rewrite !Rsqr_pow2.
    exact Q.
  Qed.

  Section plain.
  Hypothesis T_is : T_s ^ 2 = T2 + A * rho ^ 2.

  Lemma level_is : sqrt (rho ^ 2 * norm F ^ 2 + T2) = T_s.
  Proof.
    apply root_is; [exact T_nonneg|]. rewrite T_is, A_is, norm_sq. unfold F. rewrite inner_scal, inner_scal_r. ring.
  Qed.

  Section claim.
    Variable B_b : R.
    Hypothesis B_nonneg : 0 <= B_b.
    Hypothesis b_short : inner b b <= B_b ^ 2.

    (** mean.drift *)
    Lemma compare_mean_drift : inner Ebar Ebar <= (T_s + B_b * rho) ^ 2.
    Proof using All.
      apply square_at_most. pose proof (mean_drift Smp Len F b Ebar Etilde wF wn wb rho T2 rho_nonneg Ebar_known
        Etilde_differences wF_known wn_differences energy gradient_shared staleness_shared drift_shared) as D.
      rewrite level_is in D. pose proof (Rmult_le_compat_l rho _ _ rho_nonneg (norm_le b B_b B_nonneg b_short)). lra.
    Qed.
  End claim.
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

    Lemma gradient_few h : taken Smp Len h ->
      inner (wF h) (wF h) <= share0 ^ 2 * inner (F h) (F h) + inner (hF h) (hF h).
    Proof.
      intros T. change (Crd (fun c => (wF h c : R) * (wF h c : R))
        <= share0 ^ 2 * Crd (fun c => r * (unit h c : R) * (r * (unit h c : R))) + Crd (fun c => (hF h c : R) * (hF h c : R))).
      rewrite <- (apply_scal Crd), <- (apply_plus Crd). apply apply_le. intros c Hc.
      rewrite <- (w_grad_at h T c Hc), <- (hF_at h T c Hc), <- (grad_is h T c Hc), (w_grad_is h T c Hc),
        (hF_is h T c Hc).
      pose proof (Rmult_le_compat_l (grad h c ^ 2) _ _ (pow2_ge_0 _) (beyond h T c Hc)) as B.
      rewrite <- (hi_squared h T c Hc) in B. lra.
    Qed.

    Lemma level_few : sqrt (share0 ^ 2 * norm F ^ 2 + (T2 + R_h)) = T_s.
    Proof.
      apply root_is; [exact T_nonneg|]. rewrite T_few, A_is, norm_sq. unfold F. rewrite inner_scal, inner_scal_r. ring.
    Qed.

    Section claim.
      Variable B_b : R.
      Hypothesis B_nonneg : 0 <= B_b.
      Hypothesis b_short : inner b b <= B_b ^ 2.

      (** mean.shares *)
      Lemma compare_mean_shares :
        (inner wF wF <= R_h + A * share0 ^ 2) /\ (inner Ebar Ebar <= (T_s + B_b * rho) ^ 2).
      Proof using All.
        destruct (mean_drift_few Smp Len F b Ebar Etilde wF wn wb hF rho share0 T2 R_h rho_nonneg Ebar_known
          Etilde_differences wF_known wn_differences energy more gradient_few staleness_shared drift_shared) as [G D].
        split.
        - replace A with (norm F ^ 2); [lra|]. rewrite A_is, norm_sq. unfold F. rewrite inner_scal, inner_scal_r. ring.
        - apply square_at_most. rewrite level_few in D.
          pose proof (Rmult_le_compat_l rho _ _ rho_nonneg (norm_le b B_b B_nonneg b_short)). lra.
      Qed.
    End claim.
  End few.
End drift.

(** * The descent *)

Section curved.
  Variables (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC).
  Variables K L alpha c_w f_first f_last gain mean_next mean_now r : R.
  Variables L_k f_next f_now sqrt_Lk : history -> R.
  Variables Lom_i Lv_i om_i v_i : history -> TC -> R.
  Variables F_k Lom_k Lv_k n_k v_k : history -> lift Crd (fun _ => real_space).
  Variables Lom Lv n unit v : process Smp Len (lift Crd (fun _ => real_space)).
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
  Hypothesis v_at : forall h, taken Smp Len h ->
    forall y : lift Crd (fun _ => real_space), inner (v_k h) y = inner (v h) y.
  Hypothesis n_at : forall h, taken Smp Len h ->
    forall y : lift Crd (fun _ => real_space), inner (n_k h) y = inner (n h) y.
  Hypothesis values : path Smp Len f_now f_next f_first f_last mean_now mean_next K.
  Hypothesis unit_known : known Smp Len (lift Crd (fun _ => real_space)) 1 unit.
  Hypothesis n_differences : differences Smp Len (lift Crd (fun _ => real_space)) n.
  Hypothesis Lv_known : known Smp Len (lift Crd (fun _ => real_space)) 1 Lv.
  Hypothesis Lom_differences : differences Smp Len (lift Crd (fun _ => real_space)) Lom.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis gain_pos : 0 < gain.
  Hypothesis L_most : forall h, taken Smp Len h -> L_k h <= L.
  Hypothesis smooth : forall h, taken Smp Len h -> f_next h <= f_now h
    + 1 / 2 * L_k h * (inner (n_k h) (n_k h) * alpha ^ 2 * gain ^ 2 + inner (v_k h) (v_k h) * alpha ^ 2 * gain ^ 2
      + 2 * inner (n_k h) (v_k h) * alpha ^ 2 * gain ^ 2)
    + (-1) * inner (F_k h) (n_k h) * alpha * gain + (-1) * inner (F_k h) (v_k h) * alpha * gain.
  Hypothesis root_squared : forall h, taken Smp Len h -> sqrt_Lk h ^ 2 = L_k h.
  Hypothesis Lv_is : forall h, taken Smp Len h -> forall c, support Crd c -> Lv_i h c = sqrt_Lk h * v_i h c.
  Hypothesis Lom_is : forall h, taken Smp Len h -> forall c, support Crd c -> Lom_i h c = om_i h c * sqrt_Lk h.
  Hypothesis paid : 1 / 2 * inner Lom Lom * alpha * gain <= c_w.

  Let F : process Smp Len (lift Crd (fun _ => real_space)) := scal r unit.

  Lemma curved_step : 0 < alpha * gain.
  Proof. now apply Rmult_lt_0_compat. Qed.

  Lemma Lv_multiple h : taken Smp Len h ->
    forall y : lift Crd (fun _ => real_space), inner (Lv h) y = sqrt_Lk h * inner (v h) y.
  Proof.
    intros T y. rewrite <- (Lv_at h T), <- (v_at h T). apply multiple_elements. intros c Hc.
    now rewrite <- (Lv_elements h T c Hc), <- (v_elements h T c Hc), (Lv_is h T c Hc).
  Qed.

  Lemma Lom_multiple h : taken Smp Len h ->
    forall y : lift Crd (fun _ => real_space), inner (Lom h) y = sqrt_Lk h * inner (n h) y.
  Proof.
    intros T y. rewrite <- (Lom_at h T), <- (n_at h T). apply multiple_elements. intros c Hc.
    rewrite <- (Lom_elements h T c Hc), <- (n_elements h T c Hc), (Lom_is h T c Hc). ring.
  Qed.

  Lemma curved_most h : taken Smp Len h -> sqrt_Lk h ^ 2 <= L.
  Proof. intros T. rewrite (root_squared h T). now apply L_most. Qed.

  Lemma curved_descent h : taken Smp Len h ->
    f_next h <= f_now h - alpha * gain * (inner (F h) (v h) + inner (F h) (n h))
      + sqrt_Lk h ^ 2 / 2 * ((alpha * gain) ^ 2 * norm (plus (v h) (n h)) ^ 2).
  Proof.
    intros T. rewrite (root_squared h T). apply (descent_seen (F_k h) (v_k h) (n_k h)); auto.
    - intros y. rewrite (F_at h T). symmetry. apply (inner_scal r (unit h) y).
    - pose proof (smooth h T). lra.
  Qed.

  Lemma noise_pays : alpha * gain / 2 * norm Lom ^ 2 <= c_w.
  Proof. rewrite norm_sq. lra. Qed.

  Section claim.
    Variables Delta f_star p x : R.
    Hypothesis bounded_below : f_star <= f_last.
    Hypothesis gap : Delta = f_first + (-1) * f_star.
    Hypothesis x_is : x = L * alpha * gain.
    Hypothesis p_is : p = Delta * / K * / alpha * / gain.

    (** mean.curvature *)
    Lemma compare_mean_curvature :
      (inner unit v * r + / alpha * / gain * (mean_next + (-1) * mean_now) <= c_w + 1 / 2 * inner v v * x) /\
      (inner unit v * r <= c_w + p + 1 / 2 * inner v v * x).
    Proof using All.
      pose proof values as (f & Now & Next & E1 & E2 & _ & _ & EK).
      rewrite (average_scal_seen Smp Len f _ _ _ _ _ _ _ Now Next values).
      assert (Low : f_star <= mean Smp Len f) by (rewrite <- E2; exact bounded_below).
      destruct (curvature_apart Smp Len f some F v n Lv Lom sqrt_Lk (alpha * gain) L curved_step
        (known_scal r unit unit_known) n_differences Lv_known Lom_differences Lv_multiple Lom_multiple curved_most
        ltac:(intros h T; rewrite <- (Now h T), <- (Next h T); now apply curved_descent) f_star Low) as [One Two].
      rewrite (start_cost Delta K (alpha * gain) p (f nil) f_star Len some curved_step EK) in Two
        by (rewrite ?gap, ?E1, ?p_is, ?Rinv_mult; try rewrite gap, E1; ring).
      pose proof noise_pays as Pays. unfold F in One, Two. rewrite inner_scal in One, Two. rewrite !norm_sq in *.
      replace (rise Smp Len f / (alpha * gain)) with (/ alpha * / gain * rise Smp Len f) in One by (field; lra).
      rewrite x_is. split; lra.
    Qed.
  End claim.
End curved.

(** * One number excludes all above it *)

(** mean.end *)
Lemma compare_mean_end (A A1 T1 T2 T_s Y a c_w mu p q qn r rho u1 x : R) :
  0 <= p -> 0 <= c_w -> 0 <= T2 -> 0 <= q -> 0 <= qn -> 0 <= A -> 0 <= Y -> 0 <= mu ->
  0 < 1 + (-1) * q ^ 2 + (-1) * mu * x -> 0 < A1 -> a ^ 2 <= Y ^ 2 -> 0 <= r -> r ^ 2 = A ->
  0 <= T_s -> T_s ^ 2 = T2 + A * rho ^ 2 -> A + Y ^ 2 + (-2) * a * r <= (T_s + qn + Y * q) ^ 2 ->
  a * r <= c_w + p + 1 / 2 * x * Y ^ 2 -> 0 <= T1 -> T1 ^ 2 = T2 + A1 * rho ^ 2 ->
  0 <= u1 -> u1 ^ 2 = A1 * (1 + (-1) * mu) ^ 2 ->
  (T1 + qn) ^ 2 + mu * (2 * c_w + 2 * p) + (u1 + q * (T1 + qn)) ^ 2 * / (1 + (-1) * q ^ 2 + (-1) * mu * x) < A1 ->
  A < A1.
Proof.
  intros Hp Hc HT2 Hq Hqn HA HY Hm Den P1 Sq Hr Er HT ET I II HT1 ET1 Hu Eu Below.
  replace (1 + (-1) * q ^ 2 + (-1) * mu * x) with (1 - q ^ 2 - mu * x) in * by ring.
  apply (mean_end p c_w x rho T2 q qn mu A1 A Y a); try assumption; try lra.
  - unfold Multiplier.right_side, Multiplier.side, Multiplier.start, Multiplier.early, Multiplier.drift,
      Multiplier.plane_gain.
    rewrite (root_is T1 _ HT1) by (rewrite ET1; ring). rewrite (root_is u1 _ Hu) by (rewrite Eu; ring).
    unfold Rdiv. lra.
  - unfold feasible_mean. rewrite (root_is r A Hr Er), (root_is T_s _ HT) by (rewrite ET; ring). repeat split.
    + exact HY.
    + rewrite <- (Rabs_pos_eq Y HY). apply Rsqr_le_abs_0. rewrite !Rsqr_pow2. exact Sq.
    + replace (T_s + q * Y + qn) with (T_s + qn + Y * q) by ring. lra.
    + lra.
Qed.

(** * The path form *)

(** path.form *)
Lemma compare_path_form (Smp : sampler) (Len : nat) {H : space} (A K Q_p alpha c_p eta f_first f_last : R)
  (f_next f_now : history -> R) (gain kappa mean_next mean_now r : R) (h n unit : process Smp Len H) :
  (0 < Len)%nat -> path Smp Len f_now f_next f_first f_last mean_now mean_next K -> known Smp Len _ 1 unit ->
  differences Smp Len _ n -> 0 <= r -> inner unit unit * r ^ 2 = r ^ 2 -> 0 < alpha -> 0 < gain -> 0 <= eta ->
  inner h h <= eta ^ 2 -> A = inner unit unit * r ^ 2 ->
  kappa = inner h unit * r + inner n unit * r + inner unit unit * r ^ 2
    + / alpha * / gain * (mean_next + (-1) * mean_now) ->
  c_p = kappa + / K * / alpha * / gain * (f_first + (-1) * f_last) -> 0 <= Q_p -> Q_p ^ 2 = eta ^ 2 + 4 * c_p ->
  (A = c_p + (-1) * inner h unit * r) /\ (r <= 1 / 2 * Q_p + 1 / 2 * eta).
Proof.
  intros HL values Kn Dn Hr One Ha Hg He Short EA Ek Ec HQ EQ.
  assert (Step : 0 < alpha * gain) by now apply Rmult_lt_0_compat.
  pose proof values as (f & Now & Next & E1 & E2 & _ & _ & EK).
  rewrite (average_scal_seen Smp Len f _ _ _ _ _ _ _ Now Next values) in Ek.
  destruct (path_form Smp Len f (scal r unit) h n (alpha * gain) eta HL Step (known_scal r unit Kn) Dn
    (norm_le h eta He Short)) as [I B].
  set (c := (f nil - mean Smp Len f) / (alpha * gain * INR Len) + _) in *.
  assert (C : c = c_p).
  { assert (KP : INR Len <> 0) by (apply not_0_INR; lia).
    unfold c. rewrite Ec, Ek, E1, E2, EK, !inner_plus_r, !inner_scal, inner_scal_r, (inner_sym h unit),
      (inner_sym n unit). field. repeat split; lra. }
  rewrite C in I, B. rewrite (length_is unit r Hr One) in I, B. rewrite (root_is Q_p _ HQ EQ) in B.
  rewrite inner_scal, (inner_sym unit h) in I. split; [rewrite EA, One; lra | lra].
Qed.

(** * Runs that are stopped *)

(** stopped.part *)
Lemma compare_stopped_part (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC) (stop : history -> R)
  (sx_i x_i : history -> TC -> R) (X sX : process Smp Len (lift Crd (fun _ => real_space))) :
  (forall h, taken Smp Len h -> forall c, support Crd c -> x_i h c = (X h c : R)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> sx_i h c = (sX h c : R)) ->
  (forall h, taken Smp Len h -> stop h ^ 2 = stop h) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> sx_i h c = stop h * x_i h c) ->
  inner sX sX <= inner X X.
Proof.
  intros EX ES Stops Is. rewrite <- !norm_sq. apply pow_incr. split; [apply norm_nonneg|].
  apply (stopped_shorter Smp Len stop Stops X sX). intros h T. apply multiple_elements. intros c Hc.
  now rewrite <- (ES h T c Hc), <- (EX h T c Hc), (Is h T c Hc).
Qed.

(** stopped.noise *)
Lemma compare_stopped_noise (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC)
  (n_i sn_i : history -> TC -> R) (stop : history -> R) (sz_i z_i : history -> TC -> R)
  (Z n sN sZ : process Smp Len (lift Crd (fun _ => real_space))) :
  (forall h, taken Smp Len h -> forall c, support Crd c -> n_i h c = (n h c : R)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> sn_i h c = (sN h c : R)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> z_i h c = (Z h c : R)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> sz_i h c = (sZ h c : R)) ->
  differences Smp Len _ n -> known Smp Len _ 1 sZ ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> sn_i h c = n_i h c * stop h) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> sz_i h c = stop h * z_i h c) ->
  inner Z sN = 0.
Proof.
  intros En EsN EZ EsZ Dn Kn IsN IsZ. apply (stopped_orthogonal Smp Len stop n sN) with (sZ := sZ); auto.
  - intros h T. apply multiple_elements. intros c Hc.
    rewrite <- (EsN h T c Hc), <- (En h T c Hc), (IsN h T c Hc). ring.
  - intros h T. apply multiple_elements. intros c Hc. now rewrite <- (EsZ h T c Hc), <- (EZ h T c Hc), (IsZ h T c Hc).
Qed.

(** stopped.window *)
Lemma compare_stopped_window (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC) (alpha gain : R)
  (om_i : history -> TC -> R) (stop : history -> R) (su_i u_i : history -> TC -> R)
  (U W omega : process Smp Len (lift Crd (fun _ => real_space))) :
  (forall h, taken Smp Len h -> forall c, support Crd c -> u_i h c = (U h c : R) + (W h c : R)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> su_i h c = (omega h c : R)) ->
  (forall h, taken Smp Len h -> stop h ^ 2 = stop h) ->
  (forall h, taken Smp Len h -> forall c, support Crd c ->
    om_i h c * stop h = (-1) * alpha * gain * stop h * u_i h c) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> su_i h c = om_i h c * stop h) ->
  inner omega omega <= alpha ^ 2 * gain ^ 2 * (inner U U + inner W W + 2 * inner U W).
Proof.
  intros EU EO Stops Moved Is.
  set (far := plus U W : process Smp Len (lift Crd (fun _ => real_space))).
  set (om := (fun h c => om_i h c) : process Smp Len (lift Crd (fun _ => real_space))).
  replace (alpha ^ 2 * gain ^ 2 * (inner U U + inner W W + 2 * inner U W)) with ((alpha * gain) ^ 2 * norm far ^ 2)
    by (unfold far; rewrite norm_sq, inner_plus, !inner_plus_r, (inner_sym W U); ring).
  apply (stopped_window Smp Len stop Stops om omega).
  - intros h T. apply multiple_elements. intros c Hc. rewrite <- (EO h T c Hc), (Is h T c Hc). unfold om. ring.
  - intros h T y. rewrite <- Rmult_assoc. rewrite <- !inner_scal. apply apply_ext. intros c Hc.
    change (stop h * om_i h c * (y c : R) = - (alpha * gain) * stop h * ((U h c : R) + (W h c : R)) * (y c : R)).
    rewrite <- (EU h T c Hc), (Rmult_comm (stop h)), (Moved h T c Hc). ring.
Qed.

(** stopped.sum *)
Lemma compare_stopped_sum (Smp : sampler) (Len : nat) (K : R) (drop : history -> R) (f_first : R)
  (f_next f_now : history -> R) (fall h_last : R) (h_next h_now : history -> R) (mean_next mean_now : R)
  (stop : history -> R) :
  (0 < Len)%nat -> fall = average Smp Len (fun h => drop h) ->
  path Smp Len h_now h_next f_first h_last mean_now mean_next K ->
  (forall h, taken Smp Len h -> h_next h + (-1) * h_now h = stop h * (f_next h + (-1) * f_now h)) ->
  (forall h, taken Smp Len h -> drop h = stop h * (f_next h + (-1) * f_now h)) ->
  K * fall = h_last + (-1) * f_first.
Proof.
  intros HL -> (f & Now & Next & -> & -> & _ & _ & ->) Stands Is.
  rewrite (average_taken Smp Len _ (fun h => stop h * (f_next h - f_now h)))
    by (intros h T; rewrite (Is h T); ring).
  rewrite (stopped_sum Smp Len stop f f_now f_next HL); [ring|].
  intros h T. rewrite <- (Now h T), <- (Next h T). pose proof (Stands h T). lra.
Qed.

(** stopped.average *)
Lemma compare_stopped_average (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC) (G2 P_left : R)
  (g_i : history -> TC -> R) (left : history -> R) (sg_i : history -> TC -> R) (stop : history -> R)
  (G : process Smp Len (lift Crd (fun _ => real_space))) (G_k : history -> lift Crd (fun _ => real_space))
  (sG : process Smp Len (lift Crd (fun _ => real_space))) (sG_k : history -> lift Crd (fun _ => real_space)) :
  (forall h, taken Smp Len h -> forall c, support Crd c -> g_i h c = (G_k h c : R)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> sg_i h c = (sG_k h c : R)) ->
  (forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space), inner (sG_k h) y = inner (sG h) y) ->
  (forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space), inner (G_k h) y = inner (G h) y) ->
  P_left = average Smp Len (fun h => left h) -> (forall h, taken Smp Len h -> stop h ^ 2 = stop h) ->
  (forall h, taken Smp Len h -> 1 + (-1) * stop h <= left h) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> sg_i h c = g_i h c * stop h) -> 0 <= G2 ->
  (forall h, taken Smp Len h -> inner (G_k h) (G_k h) <= G2) -> inner G G <= inner sG sG + G2 * P_left.
Proof.
  intros EG EsG SsG SG -> Stops Left Is HG Top. rewrite <- !norm_sq.
  apply (stopped_average Smp Len stop Stops G sG).
  - intros h T y. rewrite <- (SsG h T), <- (SG h T). apply multiple_elements. intros c Hc.
    rewrite <- (EsG h T c Hc), <- (EG h T c Hc), (Is h T c Hc). ring.
  - exact HG.
  - intros h T. pose proof (Left h T). lra.
  - intros h T. rewrite <- (both_seen _ _ _ _ (SG h T) (SG h T)). now apply Top.
Qed.

(** stopped.ceiling *)
Lemma compare_stopped_ceiling (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC) (L LVbar : R)
  (LVbar_k L_k Lbar_k : history -> R) (Lsx_i : history -> TC -> R) (V_k : history -> R) (Vbar : R)
  (Vbar_k : history -> R) (alpha c_w gain : R) (sL_k sqrt_Lk stop surplus : history -> R) (sx_i x_i : history -> TC -> R)
  (Lsx : process Smp Len (lift Crd (fun _ => real_space))) (Lsx_k : history -> lift Crd (fun _ => real_space))
  (Stop Surplus : process Smp Len real_space) (X_k : history -> lift Crd (fun _ => real_space))
  (sL : process Smp Len real_space) (sX : process Smp Len (lift Crd (fun _ => real_space)))
  (sX_k : history -> lift Crd (fun _ => real_space)) :
  (forall h, taken Smp Len h -> forall c, support Crd c -> x_i h c = (X_k h c : R)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> sx_i h c = (sX_k h c : R)) ->
  (forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space), inner (sX_k h) y = inner (sX h) y) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> Lsx_i h c = (Lsx_k h c : R)) ->
  (forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space), inner (Lsx_k h) y = inner (Lsx h) y) ->
  (forall h, taken Smp Len h -> stop h = (Stop h : R)) -> (forall h, taken Smp Len h -> sL_k h = (sL h : R)) ->
  (forall h, taken Smp Len h -> surplus h = (Surplus h : R)) -> Vbar = average Smp Len (fun h => Vbar_k h) ->
  LVbar = average Smp Len (fun h => LVbar_k h) -> known Smp Len _ 1 Stop -> known Smp Len _ 1 sL ->
  differences Smp Len _ Surplus -> (forall h, taken Smp Len h -> stop h ^ 2 = stop h) -> 0 < alpha -> 0 < gain ->
  (forall h, taken Smp Len h -> 0 <= Vbar_k h) -> (forall h, taken Smp Len h -> Lbar_k h <= L) ->
  (forall h, taken Smp Len h -> L_k h * stop h <= Lbar_k h) ->
  (forall h, taken Smp Len h -> V_k h * stop h <= Vbar_k h) ->
  (forall h, taken Smp Len h -> sqrt_Lk h ^ 2 = L_k h) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> sx_i h c = stop h * x_i h c) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> Lsx_i h c = sqrt_Lk h * stop h * x_i h c) ->
  (forall h, taken Smp Len h -> sL_k h = L_k h * stop h) ->
  (forall h, taken Smp Len h -> surplus h = inner (X_k h) (X_k h) + (-1) * V_k h) ->
  (forall h, taken Smp Len h -> LVbar_k h = Lbar_k h * Vbar_k h) -> c_w = 1 / 2 * LVbar * alpha * gain ->
  (forall h, taken Smp Len h -> L_k h * stop h <= L) /\ (inner sX sX <= Vbar) /\
  (1 / 2 * inner Lsx Lsx * alpha * gain <= c_w).
Proof.
  intros EX ES SX EL LX St SL Su -> -> KS KL Dif Stops Ha Hg Pos Most Top Low Root IsS IsL IsSL IsSu IsLV ->.
  destruct (stopped_ceiling Smp Len stop Stops (X_k : process Smp Len (lift Crd (fun _ => real_space))) sX
    ltac:(intros h T y; rewrite <- (SX h T); apply multiple_elements; intros c Hc;
      now rewrite <- (ES h T c Hc), <- (EX h T c Hc), (IsS h T c Hc))
    Lsx Stop sL Surplus L_k sqrt_Lk Lbar_k V_k Vbar_k L) as (One & Two & Three); try assumption.
  - intros h T. now rewrite <- (IsSL h T), (SL h T).
  - intros h T. rewrite <- (Su h T), (IsSu h T). ring.
  - intros h T y. rewrite <- (LX h T). apply multiple_elements. intros c Hc.
    now rewrite <- (EL h T c Hc), <- (EX h T c Hc), (IsL h T c Hc).
  - split; [exact One|]. split; [exact Two|].
    rewrite (average_taken Smp Len (fun h => LVbar_k h) _ IsLV).
    pose proof (Rmult_le_compat_l (1 / 2 * alpha * gain) _ _ ltac:(pose proof (Rmult_lt_0_compat _ _ Ha Hg); lra) Three).
    lra.
Qed.
