(** Theorem 1 by conditional means (docs/theory.md#mean.feasible): the step is its mean given the past, v, and a
    martingale difference n, so that no cross term is left in (ii); the path form; runs that are stopped.

    F is the gradient, b the staleness in the mean, e the mean of the drift, v = F + b + e; [value] is f along the
    run.  [root h] is the square root of a smoothness that is known before the step; Lv and Ln are v and n times it. *)

From Coq Require Import Reals Lra Lia List Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Master Sequences.
From Analog Require Multiplier.
Import ListNotations.
Local Open Scope R_scope.

(** * What is seen of a multiple *)

Lemma multiple_seen {H : space} (s : H) c x : (forall y, inner s y = c * inner x y) -> inner s s = c ^ 2 * inner x x.
Proof. intros E. rewrite E, inner_sym, E. ring. Qed.

Lemma inner_sum_sym {H : space} (u w : H) : inner (plus u w) (plus u w) = inner (plus w u) (plus w u).
Proof. rewrite !inner_plus, !inner_plus_r, (inner_sym w u). ring. Qed.

(** * The variance of a step *)

(** One element: [change] is by how much the drift changes with the direction. *)
(* Claim: mean.element *)
Theorem step_element share noise change : Rabs change <= share * Rabs noise ->
  Rabs (noise + change) <= (1 + share) * Rabs noise.
Proof. intros L. apply Rle_trans with (1 := Rabs_triang _ _). lra. Qed.

Section sequences.
  Variables (P : sampler) (K : nat).

  (** A variance is at most the mean square distance from whatever is known before. *)
  (* Claim: mean.variance *)
  Theorem step_variance {H H' : space} (om ctr : process P K H) (wide : process P K H') :
    martingale_difference P K om -> known P K H 1 ctr ->
    (forall h, taken P K h -> norm (plus (om h) (ctr h)) <= norm (wide h)) -> norm om <= norm wide.
  Proof.
    intros D Kn L. pose proof (known_orthogonal P K om ctr D Kn) as O.
    apply Rle_trans with (norm (plus om ctr)); [|now apply (process_norm_le P K (plus om ctr) wide)].
    apply sqrt_le_1_alt. rewrite inner_plus, !inner_plus_r, (inner_sym om ctr), O. pose proof (inner_pos ctr). lra.
  Qed.

  (** The noise of a direction at stale weights: d is by how much staleness changes it, dbar its mean given the past. *)
  (* Claim: noise.stale *)
  Theorem noise_stale {H : space} (n d dbar rest late : process P K H) :
    known P K H 1 dbar -> martingale_difference P K rest ->
    (forall h, taken P K h -> norm (plus (dbar h) (rest h)) <= norm (d h)) ->
    (forall h, taken P K h -> norm (late h) <= norm (plus (n h) (rest h))) ->
    norm rest <= norm d /\ norm late <= norm n + norm d.
  Proof.
    intros Kn D Whole Late. pose proof (step_variance rest dbar d D Kn) as V.
    assert (R : norm rest <= norm d).
    { apply V. intros h T. unfold norm. rewrite (inner_sum_sym (rest h) (dbar h)). now apply Whole. }
    split; [exact R|]. pose proof (minkowski n rest).
    assert (norm late <= norm (plus n rest)) by (now apply (process_norm_le P K late (plus n rest))). lra.
  Qed.

  (** * The mean drift *)

  (** e + rest is the drift; wF, wn and wb are F, the noise and b times the share of the drift. *)
  (* Claim: mean.drift *)
  Theorem mean_drift {H : space} (F b e rest wF wn wb : process P K H) rho D : 0 <= rho ->
    known P K H 1 e -> martingale_difference P K rest ->
    known P K H 1 wF -> martingale_difference P K wn -> inner wn wn <= D ->
    norm wF <= rho * norm F -> norm wb <= rho * norm b ->
    (forall h, taken P K h -> norm (plus (e h) (rest h)) <= norm (plus (plus (wF h) (wn h)) (wb h))) ->
    norm e <= sqrt (rho ^ 2 * norm F ^ 2 + D) + rho * norm b.
  Proof.
    intros Hr Ke Dr KF Dn V LF Lb Drift. pose proof (known_orthogonal P K rest e Dr Ke) as O.
    apply Rle_trans with (norm (plus e rest)).
    - apply sqrt_le_1_alt. rewrite inner_plus, !inner_plus_r, (inner_sym rest e), O. pose proof (inner_pos rest). lra.
    - now apply (drift_distorted P K F b (plus e rest) rho) with (wF := wF) (wn := wn) (wb := wb).
  Qed.

  (** Few large shares: most are below [few]; [hF] is F by what the squares of the others are beyond its square. *)
  Lemma few_gradient {H : space} (F wF hF : process P K H) few more : inner hF hF <= more ->
    (forall h, taken P K h -> inner (wF h) (wF h) <= few ^ 2 * inner (F h) (F h) + inner (hF h) (hF h)) ->
    inner wF wF <= few ^ 2 * norm F ^ 2 + more.
  Proof.
    intros M LF. apply Rle_trans with (few ^ 2 * inner F F + inner hF hF); [|rewrite norm_sq; lra].
    change (average P K (fun h => inner (wF h) (wF h)) <= few ^ 2 * average P K (fun h => inner (F h) (F h))
      + average P K (fun h => inner (hF h) (hF h))).
    rewrite <- (apply_scal (average P K)), <- (apply_plus (average P K)). now apply apply_le.
  Qed.

  (* Claim: mean.shares *)
  Theorem mean_drift_few {H : space} (F b e rest wF wn wb hF : process P K H) rho few D more : 0 <= rho ->
    known P K H 1 e -> martingale_difference P K rest ->
    known P K H 1 wF -> martingale_difference P K wn -> inner wn wn <= D -> inner hF hF <= more ->
    (forall h, taken P K h -> inner (wF h) (wF h) <= few ^ 2 * inner (F h) (F h) + inner (hF h) (hF h)) ->
    norm wb <= rho * norm b ->
    (forall h, taken P K h -> norm (plus (e h) (rest h)) <= norm (plus (plus (wF h) (wn h)) (wb h))) ->
    inner wF wF <= few ^ 2 * norm F ^ 2 + more /\
    norm e <= sqrt (few ^ 2 * norm F ^ 2 + (D + more)) + rho * norm b.
  Proof.
    intros Hr Ke Dr KF Dn V M LF Lb Drift. pose proof (known_orthogonal P K rest e Dr Ke) as O.
    pose proof (known_orthogonal P K wn wF Dn KF) as O'.
    pose proof (few_gradient F wF hF few more M LF) as G. split; [exact G|]. apply Rle_trans with (norm (plus e rest)).
    - apply sqrt_le_1_alt. rewrite inner_plus, !inner_plus_r, (inner_sym rest e), O. pose proof (inner_pos rest). lra.
    - assert (norm (plus e rest) <= norm (plus (plus wF wn) wb))
        by (now apply (process_norm_le P K (plus e rest) (plus (plus wF wn) wb))).
      assert (norm (plus wF wn) <= sqrt (few ^ 2 * norm F ^ 2 + (D + more))).
      { apply sqrt_le_1_alt. rewrite inner_plus, !inner_plus_r, (inner_sym wn wF), O'. lra. }
      pose proof (minkowski (plus wF wn) wb). lra.
  Qed.

  (** * The descent *)

  Variable value : history -> R.
  Hypothesis K_pos : (0 < K)%nat.

  (** What the values fall by, on average per step. *)
  Definition rise : R := average P K value - average P K (fun h => value (tl h)).

  Lemma rise_is : rise = (mean P K value - value []) / INR K.
  Proof.
    assert (KP : INR K <> 0) by (apply not_0_INR; lia).
    pose proof (path_telescopes P K (fun h => value (tl h)) value (value []) (mean P K value)
      (average P K (fun h => value (tl h))) (average P K value) (INR K)) as T.
    rewrite <- T; [unfold rise; now field|]. exists value. repeat split.
  Qed.

  Section descent.
    Context {H : space}.
    Variables F v n Lv Ln : process P K H.
    Variable root : history -> R.
    Variables alpha L : R.
    Hypothesis alpha_pos : 0 < alpha.
    Hypothesis F_known : known P K H 1 F.
    Hypothesis n_martingale : martingale_difference P K n.
    Hypothesis Lv_known : known P K H 1 Lv.
    Hypothesis Ln_martingale : martingale_difference P K Ln.
    Hypothesis Lv_is : forall h, taken P K h -> forall y, inner (Lv h) y = root h * inner (v h) y.
    Hypothesis Ln_is : forall h, taken P K h -> forall y, inner (Ln h) y = root h * inner (n h) y.
    Hypothesis at_most : forall h, taken P K h -> root h ^ 2 <= L.
    Hypothesis smooth : forall h, taken P K h ->
      value h <= value (tl h) - alpha * (inner (F h) (v h) + inner (F h) (n h))
        + root h ^ 2 / 2 * (alpha ^ 2 * norm (plus (v h) (n h)) ^ 2).

    Lemma weighed_step : inner Lv Lv <= L * inner v v.
    Proof.
      change (average P K (fun h => inner (Lv h) (Lv h)) <= L * average P K (fun h => inner (v h) (v h))).
      rewrite <- (apply_scal (average P K)). apply apply_le. intros h T. rewrite (multiple_seen _ _ _ (Lv_is h T)).
      apply Rmult_le_compat_r; [apply inner_pos | now apply at_most].
    Qed.

    (** The step and the noise pay apart. *)
    (* Claim: mean.curvature *)
    Theorem curvature_apart lower : lower <= mean P K value ->
      rise / alpha + inner F v <= alpha * L / 2 * norm v ^ 2 + alpha / 2 * norm Ln ^ 2 /\
      inner F v <= (value [] - lower) / (alpha * INR K) + alpha / 2 * norm Ln ^ 2 + alpha * L / 2 * norm v ^ 2.
    Proof.
      intros Low. assert (KP : 0 < INR K) by (apply lt_0_INR, K_pos).
      pose proof (known_orthogonal P K n F n_martingale F_known) as O.
      pose proof (known_orthogonal P K Ln Lv Ln_martingale Lv_known) as C.
      assert (D : average P K value <= average P K (fun h => value (tl h)) + (- alpha) * (inner F v + inner F n)
        + alpha ^ 2 / 2 * inner (plus Lv Ln) (plus Lv Ln)).
      { change (inner F v) with (average P K (fun h => inner (F h) (v h))).
        change (inner F n) with (average P K (fun h => inner (F h) (n h))).
        change (inner (plus Lv Ln) (plus Lv Ln))
          with (average P K (fun h => inner (plus (Lv h) (Ln h)) (plus (Lv h) (Ln h)))).
        rewrite <- (apply_plus (average P K)), <- !(apply_scal (average P K)), <- !(apply_plus (average P K)).
        apply apply_le. intros h T. pose proof (smooth h T) as S.
        assert (E : inner (plus (Lv h) (Ln h)) (plus (Lv h) (Ln h))
          = root h ^ 2 * inner (plus (v h) (n h)) (plus (v h) (n h))).
        { apply multiple_seen. intros y. rewrite !inner_plus, (Lv_is h T), (Ln_is h T). ring. }
        rewrite E. rewrite norm_sq in S. lra. }
      rewrite O, inner_plus, !inner_plus_r, (inner_sym Ln Lv), C in D. pose proof weighed_step as W.
      apply (Rmult_le_compat_l (alpha ^ 2 / 2)) in W; [|pose proof (pow2_ge_0 alpha); lra].
      assert (Kappa : rise / alpha + inner F v <= alpha * L / 2 * norm v ^ 2 + alpha / 2 * norm Ln ^ 2).
      { apply Rmult_le_reg_l with alpha; [exact alpha_pos|]. rewrite !norm_sq.
        replace (alpha * (rise / alpha + inner F v)) with (rise + alpha * inner F v) by (field; lra).
        unfold rise. lra. }
      split; [exact Kappa|]. rewrite rise_is in Kappa.
      assert (B : (lower - value []) / (alpha * INR K) <= (mean P K value - value []) / INR K / alpha).
      { replace ((mean P K value - value []) / INR K / alpha) with ((mean P K value - value []) * / (alpha * INR K))
          by (field; lra).
        apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat; now apply Rmult_lt_0_compat | lra]. }
      replace ((value [] - lower) / (alpha * INR K)) with (- ((lower - value []) / (alpha * INR K))) by (field; lra).
      lra.
    Qed.
  End descent.
End sequences.

(** * The feasible set *)

(** (i), (ii) and |a| <= Y; [early] bounds the mean drift but for its staleness, cw is what the noise pays. *)
Definition feasible_mean (p cw x early q qn A Y a : R) : Prop :=
  0 <= Y /\ Rabs a <= Y /\ A + Y ^ 2 - 2 * a * sqrt A <= (early + q * Y + qn) ^ 2 /\
  a * sqrt A <= p + cw + x / 2 * Y ^ 2.

Section run.
  Variables (P : sampler) (K : nat) (value : history -> R) (lower : R).
  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis bounded_below : lower <= mean P K value.
  Context {H : space}.
  Variables F n b e u Lv Ln : process P K H.
  Let v : process P K H := plus F (plus b e).
  Variable root : history -> R.
  Variables alpha L Lambda1 nu : R.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis u_direction : direction F u.
  Hypothesis F_known : known P K H 1 F.
  Hypothesis n_martingale : martingale_difference P K n.
  Hypothesis Lv_known : known P K H 1 Lv.
  Hypothesis Ln_martingale : martingale_difference P K Ln.
  Hypothesis Lv_is : forall h, taken P K h -> forall y, inner (Lv h) y = root h * inner (v h) y.
  Hypothesis Ln_is : forall h, taken P K h -> forall y, inner (Ln h) y = root h * inner (n h) y.
  Hypothesis at_most : forall h, taken P K h -> root h ^ 2 <= L.
  Hypothesis smooth : forall h, taken P K h ->
    value h <= value (tl h) - alpha * (inner (F h) (v h) + inner (F h) (n h))
      + root h ^ 2 / 2 * (alpha ^ 2 * norm (plus (v h) (n h)) ^ 2).
  Hypothesis stale_at_most : norm b <= alpha * (Lambda1 * norm v + nu).
  Let p : R := (value [] - lower) / (alpha * INR K).
  Let cw : R := alpha / 2 * norm Ln ^ 2.

  Lemma feasible_of_mean_drift early q qn : norm (plus b e) <= early + q * norm v + qn ->
    feasible_mean p cw (alpha * L) early q qn (norm F ^ 2) (norm v) (inner u v).
  Proof.
    intros Reach. destruct u_direction as [Short Along]. assert (R : sqrt (norm F ^ 2) = norm F)
      by (rewrite <- Rsqr_pow2; apply sqrt_Rsqr, norm_nonneg).
    destruct (curvature_apart P K value K_pos F v n Lv Ln root alpha L alpha_pos F_known n_martingale Lv_known
      Ln_martingale Lv_is Ln_is at_most smooth lower bounded_below) as [_ Paid].
    unfold feasible_mean. rewrite R. repeat split.
    - apply norm_nonneg.
    - apply Rle_trans with (1 := cauchy_schwarz_abs u v). rewrite <- (Rmult_1_l (norm v)) at 2.
      apply Rmult_le_compat_r; [apply norm_nonneg | exact Short].
    - pose proof (polarise F (plus b e)) as Pol. fold v in Pol. rewrite (Along v) in Pol.
      apply Rle_trans with (norm (plus b e) ^ 2); [lra|]. apply pow_incr. split; [apply norm_nonneg | exact Reach].
    - rewrite (Along v) in Paid. unfold p, cw. lra.
  Qed.

  (** With a bound of the mean drift as measured. *)
  (* Claim: mean.measured *)
  Theorem run_mean_measured phi : norm e <= phi ->
    feasible_mean p cw (alpha * L) phi (alpha * Lambda1) (alpha * nu) (norm F ^ 2) (norm v) (inner u v).
  Proof. intros He. apply feasible_of_mean_drift. pose proof (minkowski b e). lra. Qed.

  (** Theorem 1 by conditional means: the drift by its share of what is read. *)
  (* Claim: mean.feasible *)
  Theorem run_mean (rest wF wn wb : process P K H) rho T2 : 0 <= rho ->
    known P K H 1 e -> martingale_difference P K rest ->
    known P K H 1 wF -> martingale_difference P K wn -> inner wn wn <= T2 ->
    norm wF <= rho * norm F -> norm wb <= rho * norm b ->
    (forall h, taken P K h -> norm (plus (e h) (rest h)) <= norm (plus (plus (wF h) (wn h)) (wb h))) ->
    feasible_mean p cw (alpha * L) (sqrt (rho ^ 2 * norm F ^ 2 + T2)) ((1 + rho) * alpha * Lambda1)
      ((1 + rho) * alpha * nu) (norm F ^ 2) (norm v) (inner u v).
  Proof.
    intros Hr Ke Dr KF Dn V LF Lb Drift. apply feasible_of_mean_drift.
    pose proof (mean_drift P K F b e rest wF wn wb rho T2 Hr Ke Dr KF Dn V LF Lb Drift) as E.
    pose proof (minkowski b e). pose proof (Rmult_le_compat_l rho _ _ Hr stale_at_most). lra.
  Qed.

  (** The same where few shares are large: T2 and [more] in the place of T2, [few] in that of rho, but for b. *)
  (* Claim: mean.shares_feasible *)
  Theorem run_mean_few (rest wF wn wb hF : process P K H) rho few T2 more : 0 <= rho ->
    known P K H 1 e -> martingale_difference P K rest ->
    known P K H 1 wF -> martingale_difference P K wn -> inner wn wn <= T2 -> inner hF hF <= more ->
    (forall h, taken P K h -> inner (wF h) (wF h) <= few ^ 2 * inner (F h) (F h) + inner (hF h) (hF h)) ->
    norm wb <= rho * norm b ->
    (forall h, taken P K h -> norm (plus (e h) (rest h)) <= norm (plus (plus (wF h) (wn h)) (wb h))) ->
    feasible_mean p cw (alpha * L) (sqrt (few ^ 2 * norm F ^ 2 + (T2 + more))) ((1 + rho) * alpha * Lambda1)
      ((1 + rho) * alpha * nu) (norm F ^ 2) (norm v) (inner u v).
  Proof.
    intros Hr Ke Dr KF Dn V M LF Lb Drift. apply feasible_of_mean_drift.
    destruct (mean_drift_few P K F b e rest wF wn wb hF rho few T2 more Hr Ke Dr KF Dn V M LF Lb Drift) as [_ E].
    pose proof (minkowski b e). pose proof (Rmult_le_compat_l rho _ _ Hr stale_at_most). lra.
  Qed.
End run.

(** Theorem 1's multipliers with other numbers. *)
(* Claim: mean.end *)
Theorem mean_end p cw x rho T2 q qn mu A1 A Y a :
  0 <= T2 -> 0 <= q -> 0 <= qn -> 0 <= mu -> 0 <= p + cw -> 0 < 1 - q ^ 2 - mu * x -> 0 < A1 -> 0 <= A ->
  Multiplier.right_side (p + cw) x 0 rho T2 q qn mu 0 (Multiplier.plane_gain 0 mu) A1 < A1 ->
  feasible_mean p cw x (sqrt (rho ^ 2 * A + T2)) q qn A Y a -> A < A1.
Proof.
  intros HT Hq Hqn Hm Hp Den P1 HA Below (HY & Short & I & II).
  apply (Multiplier.multiplier_end (p + cw) x 0 0 rho T2 q qn mu) with (Y := Y) (a := a); try assumption; try lra.
  - rewrite <- (pow2_abs a). apply pow_incr. split; [apply Rabs_pos | exact Short].
  - unfold Multiplier.early, Multiplier.drift. apply Rle_trans with (1 := I), Req_le. ring.
Qed.

(** * The path form *)

(** What the values fall less than their slopes say; c is that, and what they fall. *)
(* Claim: path.form *)
Theorem path_form (P : sampler) (K : nat) (value : history -> R) {H : space} (F h n : process P K H) alpha eta :
  (0 < K)%nat -> 0 < alpha -> known P K H 1 F -> martingale_difference P K n -> norm h <= eta ->
  let kappa := rise P K value / alpha + inner F (plus (plus F h) n) in
  let c := (value [] - mean P K value) / (alpha * INR K) + kappa in
  norm F ^ 2 = c - inner F h /\ norm F <= (eta + sqrt (eta ^ 2 + 4 * c)) / 2.
Proof.
  intros K_pos Ha KF Dn Hh kappa c. assert (KP : INR K <> 0) by (apply not_0_INR; lia).
  pose proof (known_orthogonal P K n F Dn KF) as O.
  assert (I : norm F ^ 2 = c - inner F h).
  { unfold c, kappa. rewrite (rise_is P K value K_pos), !inner_plus_r, O, norm_sq. field. split; [exact KP | lra]. }
  split; [exact I|]. pose proof (inner_le_product F h _ _ (Rle_refl _) Hh) as S.
  pose proof (cauchy_schwarz_abs F h) as CS. pose proof (norm_nonneg F) as NF.
  assert (Low : - (norm F * eta) <= inner F h).
  { pose proof (Rle_abs (- inner F h)) as B. rewrite Rabs_Ropp in B.
    pose proof (Rmult_le_compat_l _ _ _ NF Hh). lra. }
  assert (Q : 2 * norm F - eta <= sqrt (eta ^ 2 + 4 * c)).
  { apply Rle_trans with (1 := Rle_abs _). rewrite <- sqrt_Rsqr_abs. apply sqrt_le_1_alt. rewrite Rsqr_pow2.
    replace ((2 * norm F - eta) ^ 2) with (4 * norm F ^ 2 - 4 * (norm F * eta) + eta ^ 2) by ring. lra. }
  lra.
Qed.

(** * Runs that are stopped *)

(** [stop h] is 1 before the run is stopped, and 0 after. *)
Section stopped.
  Variables (P : sampler) (K : nat) (stop : history -> R).
  Hypothesis stops : forall h, taken P K h -> stop h ^ 2 = stop h.

  Lemma stop_range h : taken P K h -> 0 <= stop h <= 1.
  Proof.
    intros T. pose proof (stops h T). pose proof (pow2_ge_0 (1 - stop h)). pose proof (pow2_ge_0 (stop h)). lra.
  Qed.

  Section parts.
  Context {H : space}.
  Variables X sX : process P K H.
  Hypothesis sX_is : forall h, taken P K h -> forall y, inner (sX h) y = stop h * inner (X h) y.

  (* Claim: stopped.part *)
  Theorem stopped_shorter : norm sX <= norm X.
  Proof.
    apply (process_norm_le P K). intros h T. apply sqrt_le_1_alt.
    rewrite (multiple_seen _ _ _ (sX_is h T)), (stops h T).
    pose proof (stop_range h T). rewrite <- (Rmult_1_l (inner (X h) (X h))) at 2.
    apply Rmult_le_compat_r; [apply inner_pos | lra].
  Qed.

  (* Claim: stopped.noise *)
  Theorem stopped_orthogonal (Z sZ : process P K H) : martingale_difference P K X -> known P K H 1 sZ ->
    (forall h, taken P K h -> forall y, inner (sZ h) y = stop h * inner (Z h) y) -> inner Z sX = 0.
  Proof.
    intros D Kn E. rewrite <- (known_orthogonal P K X sZ D Kn). apply (average_taken P K). intros h T.
    now rewrite (E h T), inner_sym, (sX_is h T), inner_sym.
  Qed.

  (** Of steps that the windows say while the run goes on. *)
  (* Claim: stopped.window *)
  Theorem stopped_window (far : process P K H) alpha :
    (forall h, taken P K h -> forall y, stop h * inner (X h) y = - alpha * (stop h * inner (far h) y)) ->
    inner sX sX <= alpha ^ 2 * norm far ^ 2.
  Proof.
    intros E. rewrite norm_sq. change (average P K (fun h => inner (sX h) (sX h))
      <= alpha ^ 2 * average P K (fun h => inner (far h) (far h))).
    rewrite <- (apply_scal (average P K)). apply apply_le. intros h T.
    rewrite (multiple_seen (sX h) (- alpha * stop h) (far h))
      by (intros y; rewrite (sX_is h T), (E h T); ring).
    replace ((- alpha * stop h) ^ 2) with (alpha ^ 2 * stop h) by (rewrite <- (stops h T) at 1; ring).
    rewrite Rmult_assoc. apply Rmult_le_compat_l; [apply pow2_ge_0|]. pose proof (stop_range h T).
    rewrite <- (Rmult_1_l (inner (far h) (far h))) at 2. apply Rmult_le_compat_r; [apply inner_pos | lra].
  Qed.

  (** [left] is at least 1 where the run is stopped. *)
  (* Claim: stopped.average *)
  Theorem stopped_average left G2 : 0 <= G2 -> (forall h, taken P K h -> 1 - stop h <= left h) ->
    (forall h, taken P K h -> inner (X h) (X h) <= G2) -> norm X ^ 2 <= norm sX ^ 2 + G2 * average P K left.
  Proof.
    intros HG Left Top. rewrite !norm_sq. change (average P K (fun h => inner (X h) (X h))
      <= average P K (fun h => inner (sX h) (sX h)) + G2 * average P K left).
    rewrite <- (apply_scal (average P K)), <- (apply_plus (average P K)). apply apply_le. intros h T.
    rewrite (multiple_seen _ _ _ (sX_is h T)), (stops h T). pose proof (stop_range h T).
    pose proof (Rmult_le_compat_l (1 - stop h) _ _ ltac:(lra) (Top h T)).
    pose proof (Rmult_le_compat_l G2 _ _ HG (Left h T)). lra.
  Qed.

  (** Constants that do not pass their ceilings before the stop: [L_k] is known before a sample, [V] is the mean square
      of X given the past, [over] what the square is beyond it; [weighed] is X by the root of L_k, stopped. *)
  (* Claim: stopped.ceiling *)
  Theorem stopped_ceiling (weighed : process P K H) (at_k sL over : process P K real_space)
    (L_k root Lbar V Vbar : history -> R) L :
    known P K real_space 1 at_k -> (forall h, taken P K h -> stop h = (at_k h : R)) ->
    known P K real_space 1 sL -> (forall h, taken P K h -> L_k h * stop h = (sL h : R)) ->
    martingale_difference P K over -> (forall h, taken P K h -> inner (X h) (X h) - V h = (over h : R)) ->
    (forall h, taken P K h -> root h ^ 2 = L_k h) ->
    (forall h, taken P K h -> forall y, inner (weighed h) y = root h * stop h * inner (X h) y) ->
    (forall h, taken P K h -> 0 <= Vbar h) -> (forall h, taken P K h -> Lbar h <= L) ->
    (forall h, taken P K h -> L_k h * stop h <= Lbar h) -> (forall h, taken P K h -> V h * stop h <= Vbar h) ->
    (forall h, taken P K h -> L_k h * stop h <= L) /\ inner sX sX <= average P K Vbar /\
    inner weighed weighed <= average P K (fun h => Lbar h * Vbar h).
  Proof.
    intros Ks Es KL EL Do Eo Root Is Pos Most Top Low.
    pose proof (known_orthogonal P K over at_k Do Ks) as O. pose proof (known_orthogonal P K over sL Do KL) as O'.
    repeat split.
    - intros h T. pose proof (Top h T). pose proof (Most h T). lra.
    - rewrite <- (Rplus_0_l (average P K Vbar)), <- O.
      change (average P K (fun h => inner (sX h) (sX h))
        <= average P K (fun h => (at_k h : R) * (over h : R)) + average P K Vbar).
      rewrite <- (apply_plus (average P K)). apply apply_le. intros h T.
      rewrite (multiple_seen _ _ _ (sX_is h T)), (stops h T), <- (Es h T), <- (Eo h T). pose proof (Low h T). lra.
    - rewrite <- (Rplus_0_l (average P K (fun h => Lbar h * Vbar h))), <- O'.
      change (average P K (fun h => inner (weighed h) (weighed h))
        <= average P K (fun h => (sL h : R) * (over h : R)) + average P K (fun h => Lbar h * Vbar h)).
      rewrite <- (apply_plus (average P K)). apply apply_le. intros h T.
      rewrite (multiple_seen _ _ _ (Is h T)), <- (EL h T), <- (Eo h T), Rpow_mult_distr, (stops h T), (Root h T).
      pose proof (stop_range h T) as [S _]. pose proof (pow2_ge_0 (root h)) as LP. rewrite (Root h T) in LP.
      pose proof (Rmult_le_compat_l (L_k h * stop h) _ _ ltac:(now apply Rmult_le_pos) (Low h T)) as A.
      pose proof (Rmult_le_compat_r (Vbar h) _ _ (Pos h T) (Top h T)) as B.
      replace (L_k h * stop h * (V h * stop h)) with (L_k h * V h * stop h ^ 2) in A by ring.
      rewrite (stops h T) in A. lra.
  Qed.
  End parts.
End stopped.

(** [held] is f where the run stands: it moves with the run, and no more once that is stopped. *)
(* Claim: stopped.sum *)
Theorem stopped_sum (P : sampler) (K : nat) (stop held now next : history -> R) : (0 < K)%nat ->
  (forall h, taken P K h -> held h - held (tl h) = stop h * (next h - now h)) ->
  INR K * average P K (fun h => stop h * (next h - now h)) = mean P K held - held [].
Proof.
  intros K_pos Moves. assert (KP : INR K <> 0) by (apply not_0_INR; lia).
  rewrite (average_taken P K _ (fun h => held h + (-1) * held (tl h)))
    by (intros h T; rewrite <- (Moves h T); ring).
  rewrite (apply_plus (average P K)), (apply_scal (average P K)).
  pose proof (rise_is P K held K_pos) as R. unfold rise in R.
  replace (average P K held + -1 * average P K (fun h => held (tl h))) with ((mean P K held - held []) / INR K)
    by lra. now field.
Qed.
