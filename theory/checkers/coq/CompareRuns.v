(** The claims about whole runs, as CompareStale.v has those about staleness: noise, telescoping sums, the error of the
    direction, Theorem 1 and its forms.  [Crd] are the coordinates of the weights. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Master Device Granular Compare
  CompareStale.
From Analog Require Import Stages.
From Analog Require Refined Multiplier.
Local Open Scope R_scope.

(** * What is used of every claim *)

Lemma both_seen {H : space} (u u' w w' : H) :
  (forall z, inner u z = inner u' z) -> (forall z, inner w z = inner w' z) -> inner u w = inner u' w'.
Proof. intros E E'. now rewrite E, inner_sym, E', inner_sym. Qed.

Lemma known_scal {P K} {H : space} r (u : process P K H) : known P K H 1 u -> known P K H 1 (scal r u : process P K H).
Proof.
  intros [Y E]. exists (fun k h => scal r (Y k h)). intros h T.
  change (scal r (u h) = scal r (Y (length h) (skipn 1 h))).
  now rewrite (E h T).
Qed.

(** r and [unit]: the length and the direction of r unit. *)
Lemma length_is {H : space} (unit : H) r : 0 <= r -> inner unit unit * r ^ 2 = r ^ 2 -> norm (scal r unit) = r.
Proof. intros Hr E. unfold norm. rewrite inner_scal, inner_scal_r. apply root_is; [exact Hr|]. lra. Qed.

Lemma unit_is {H : space} (unit : H) r :
  0 <= r -> inner unit unit <= 1 -> inner unit unit * r ^ 2 = r ^ 2 -> direction (scal r unit) unit.
Proof.
  intros Hr Short E. split; [apply norm_le; lra|]. intros w. now rewrite (length_is unit r Hr E), inner_scal.
Qed.

Lemma average_below P K f c : (0 < K)%nat -> (forall h, taken P K h -> f h <= c) -> average P K f <= c.
Proof. intros HK L. rewrite <- (average_const P K c HK). now apply apply_le. Qed.

(** The descent inequality of a claim, in which the sequences' members at h stand for themselves. *)
Lemma descent_seen {H : space} (F_k v_k n_k F v n : H) alpha L now next :
  (forall z, inner F_k z = inner F z) -> (forall z, inner v_k z = inner v z) -> (forall z, inner n_k z = inner n z) ->
  next <= now + 1 / 2 * L * (inner n_k n_k * alpha ^ 2 + inner v_k v_k * alpha ^ 2 + 2 * inner n_k v_k * alpha ^ 2)
    + (-1) * inner F_k n_k * alpha + (-1) * inner F_k v_k * alpha ->
  next <= now - alpha * (inner F v + inner F n) + L / 2 * (alpha ^ 2 * norm (plus v n) ^ 2).
Proof.
  intros EF Ev En D. rewrite (both_seen _ _ _ _ En En), (both_seen _ _ _ _ Ev Ev), (both_seen _ _ _ _ En Ev),
    (both_seen _ _ _ _ EF En), (both_seen _ _ _ _ EF Ev) in D.
  rewrite norm_sq, inner_plus, !inner_plus_r, (inner_sym v n). lra.
Qed.

(** The granular descent inequality of a claim, in which the sequences' members at h stand for themselves. *)
Lemma granular_seen {H : space} (F_k v_k n_k z_k F v n z : H) alpha L now next :
  (forall y, inner F_k y = inner F y) -> (forall y, inner v_k y = inner v y) -> (forall y, inner n_k y = inner n y) ->
  (forall y, inner z_k y = inner z y) ->
  next <= inner F_k z_k + now + 1 / 2 * L * (inner z_k z_k + inner n_k n_k * alpha ^ 2 + inner v_k v_k * alpha ^ 2
    + (-2) * inner n_k z_k * alpha + (-2) * inner v_k z_k * alpha + 2 * inner n_k v_k * alpha ^ 2)
    + (-1) * inner F_k n_k * alpha + (-1) * inner F_k v_k * alpha ->
  next <= now - alpha * (inner F v + inner F n) + inner F z
    + L / 2 * (alpha ^ 2 * norm (plus v n) ^ 2 - 2 * alpha * (inner v z + inner n z) + inner z z).
Proof.
  intros EF Ev En Ez D. rewrite (both_seen _ _ _ _ En En), (both_seen _ _ _ _ Ev Ev), (both_seen _ _ _ _ En Ev),
    (both_seen _ _ _ _ EF En), (both_seen _ _ _ _ EF Ev), (both_seen _ _ _ _ EF Ez), (both_seen _ _ _ _ Ez Ez),
    (both_seen _ _ _ _ En Ez), (both_seen _ _ _ _ Ev Ez) in D.
  rewrite norm_sq, inner_plus, !inner_plus_r, (inner_sym v n). lra.
Qed.

(** * Noise *)

Section noise.
  Variables (Smp : sampler) (Len : nat).
  Context {H : space}.
  Variables (sigma : R) (F n : process Smp Len H) (n_k : history -> H).
  Hypothesis some : (0 < Len)%nat.
  Hypothesis n_at : forall h, taken Smp Len h -> forall y, inner (n_k h) y = inner (n h) y.
  Hypothesis n_differences : differences Smp Len H n.
  Hypothesis F_known : known Smp Len H 1 F.
  Hypothesis variance : forall h, taken Smp Len h -> inner (n_k h) (n_k h) <= sigma ^ 2.

  Lemma variance_seen h : taken Smp Len h -> inner (n h) (n h) <= sigma ^ 2.
  Proof. intros T. rewrite <- (both_seen _ _ _ _ (n_at h T) (n_at h T)). now apply variance. Qed.

  Lemma compare_noise_orthogonal : inner F n = 0 /\ inner n n <= sigma ^ 2.
  Proof using All.
    destruct (noise_orthogonal Smp Len n sigma some n_differences) as [O V].
    - intros h. apply conditional_below. intros; now apply variance_seen.
    - split; [now apply O | exact V].
  Qed.

  Lemma compare_noise_second_moment : inner F F + inner n n + 2 * inner F n <= inner F F + sigma ^ 2.
  Proof using All.
    pose proof (square_at_most _ _ (gradient_and_noise Smp Len F n sigma n_differences F_known
      (average_below Smp Len _ _ some variance_seen))) as G.
    unfold radius in G. rewrite pow2_sqrt, norm_sq, inner_plus, !inner_plus_r, (inner_sym n F) in G
      by (pose proof (pow2_ge_0 (norm F)); pose proof (pow2_ge_0 sigma); lra). lra.
  Qed.
End noise.

(** * Telescoping sums *)

Lemma compare_sum_telescope (Smp : sampler) (Len : nat) (Delta K f_first f_last : R) (f_next f_now : history -> R)
  (f_star mean_next mean_now : R) :
  (0 < Len)%nat -> path Smp Len f_now f_next f_first f_last mean_now mean_next K -> f_star <= f_last ->
  Delta = f_first + (-1) * f_star -> mean_now + (-1) * mean_next <= Delta * / K.
Proof.
  intros HL (f & Now & Next & -> & -> & -> & -> & ->) Low ->.
  pose proof (values_telescope Smp Len f f_star HL Low) as T.
  rewrite (average_taken Smp Len f_now (fun h => f (tl h)) Now), (average_taken Smp Len f_next f Next).
  unfold Rdiv in T. lra.
Qed.

Lemma start_cost (Delta K alpha p first f_star : R) Len :
  (0 < Len)%nat -> 0 < alpha -> K = INR Len -> Delta = first + (-1) * f_star -> p = Delta * / K * / alpha ->
  (first - f_star) / (alpha * INR Len) = p.
Proof. intros HL Ha -> -> ->. field. split; [lra | apply not_0_INR; lia]. Qed.

Section telescope.
  Variables (Smp : sampler) (Len : nat).
  Context {H : space}.
  Variables Delta K L alpha f_first f_last : R.
  Variables f_next f_now : history -> R.
  Variables f_star mean_next mean_now p r x : R.
  Variables (F_k n_k v_k : history -> H) (n unit v : process Smp Len H).
  Hypothesis some : (0 < Len)%nat.
  Hypothesis F_at : forall h, taken Smp Len h -> forall y, inner (F_k h) y = r * inner (unit h) y.
  Hypothesis v_at : forall h, taken Smp Len h -> forall y, inner (v_k h) y = inner (v h) y.
  Hypothesis n_at : forall h, taken Smp Len h -> forall y, inner (n_k h) y = inner (n h) y.
  Hypothesis values : path Smp Len f_now f_next f_first f_last mean_now mean_next K.
  Hypothesis unit_known : known Smp Len H 1 unit.
  Hypothesis n_differences : differences Smp Len H n.
  Hypothesis bounded_below : f_star <= f_last.
  Hypothesis gap : Delta = f_first + (-1) * f_star.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis smooth : forall h, taken Smp Len h -> f_next h <= f_now h
    + 1 / 2 * L * (inner (n_k h) (n_k h) * alpha ^ 2 + inner (v_k h) (v_k h) * alpha ^ 2
      + 2 * inner (n_k h) (v_k h) * alpha ^ 2)
    + (-1) * inner (F_k h) (n_k h) * alpha + (-1) * inner (F_k h) (v_k h) * alpha.
  Hypothesis x_is : x = L * alpha.
  Hypothesis p_is : p = Delta * / K * / alpha.

  Lemma compare_master_telescope :
    inner unit v * r <= p + 1 / 2 * x * (inner n n + inner v v + 2 * inner n v).
  Proof using All.
    destruct values as (f & Now & Next & -> & -> & _ & _ & EK).
    pose proof (Sequences.telescope Smp Len f f_star some bounded_below (scal r unit) v n alpha L alpha_pos
      (known_orthogonal Smp Len n _ n_differences (known_scal r unit unit_known))) as T.
    rewrite (start_cost Delta K alpha p (f nil) f_star Len some alpha_pos EK gap p_is) in T.
    rewrite inner_scal, norm_sq, inner_plus, !inner_plus_r, (inner_sym v n) in T. rewrite x_is.
    enough (r * inner unit v <= p + alpha * L / 2 * (inner v v + inner n v + (inner n v + inner n n))) by lra.
    apply T. intros h Th. rewrite <- (Now h Th), <- (Next h Th).
    apply (descent_seen (F_k h) (v_k h) (n_k h)); auto. intros z. rewrite F_at by exact Th. symmetry. apply inner_scal.
  Qed.
End telescope.

(** * The error of the direction *)

(** One element: what the device adds is at most rho times the direction. *)
Lemma element_drift T alpha e g gain m rho s : s ^ 2 = 1 -> 0 <= m -> 0 < alpha -> 0 < gain ->
  T + alpha * gain * m * s <= alpha * gain * m * rho -> (-1) * alpha * gain * m * rho <= T + alpha * gain * m * s ->
  g = m * s -> e = (-1) * g + (-1) * T * / alpha * / gain -> Rabs e <= rho * Rabs g.
Proof.
  intros Hs Hm Ha Hg High Low Eg Ee.
  pose proof (Device.drift_of_response _ alpha gain rho 0 (m * s) Ha Hg
    (responds_seen T alpha gain m rho s Hs Hm Ha Hg High Low)) as D.
  rewrite Rminus_0_r in D. rewrite Eg. replace e with (- T / (alpha * gain) - m * s); [exact D|].
  rewrite Ee, Eg. field. lra.
Qed.

Section reach.
  Variables (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC).
  Variables A R_ : R.
  Variable T_ : history -> TC -> R.
  Variable alpha : R.
  Variables e_ g : history -> TC -> R.
  Variable gain : R.
  Variable m : history -> TC -> R.
  Variables r rho : R.
  Variable s : history -> TC -> R.
  Variable sigma : R.
  Variables b e n unit : process Smp Len (lift Crd (fun _ => real_space)).
  Hypothesis some : (0 < Len)%nat.
  Hypothesis g_is : forall h, taken Smp Len h -> forall c, support Crd c ->
    g h c = (b h c : R) + (n h c : R) + r * (unit h c : R).
  Hypothesis e_is : forall h, taken Smp Len h -> forall c, support Crd c -> e_ h c = (e h c : R).
  Hypothesis unit_known : known Smp Len (lift Crd (fun _ => real_space)) 1 unit.
  Hypothesis n_differences : differences Smp Len (lift Crd (fun _ => real_space)) n.
  Hypothesis r_nonneg : 0 <= r.
  Hypothesis unit_short : inner unit unit <= 1.
  Hypothesis unit_or_none : inner unit unit * r ^ 2 = r ^ 2.
  Hypothesis sign : forall h, taken Smp Len h -> forall c, support Crd c -> s h c ^ 2 = 1.
  Hypothesis size : forall h, taken Smp Len h -> forall c, support Crd c -> 0 <= m h c.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis gain_pos : 0 < gain.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis high : forall h, taken Smp Len h -> forall c, support Crd c ->
    T_ h c + alpha * gain * m h c * s h c <= alpha * gain * m h c * rho.
  Hypothesis low : forall h, taken Smp Len h -> forall c, support Crd c ->
    (-1) * alpha * gain * m h c * rho <= T_ h c + alpha * gain * m h c * s h c.
  Hypothesis pulse : forall h, taken Smp Len h -> forall c, support Crd c -> g h c = m h c * s h c.
  Hypothesis made : forall h, taken Smp Len h -> forall c, support Crd c ->
    e_ h c = (-1) * g h c + (-1) * T_ h c * / alpha * / gain.
  Hypothesis A_is : A = inner unit unit * r ^ 2.
  Hypothesis R_nonneg : 0 <= R_.

  Lemma A_norm : norm (scal r unit) ^ 2 = A.
  Proof. rewrite norm_sq, inner_scal, inner_scal_r, A_is. ring. Qed.

  Lemma reach_drift h : taken Smp Len h ->
    norm (e h) <= rho * norm (plus (plus ((scal r unit : process Smp Len _) h) (n h)) (b h)).
  Proof.
    intros T. apply (elements_at_most Crd); [exact rho_nonneg|]. intros c Hc.
    change (Rabs (e h c) <= rho * Rabs (r * (unit h c : R) + (n h c : R) + (b h c : R))).
    replace (r * (unit h c : R) + (n h c : R) + (b h c : R)) with (g h c) by (rewrite g_is by assumption; ring).
    rewrite <- e_is by assumption. apply (element_drift (T_ h c) alpha _ _ gain (m h c) _ (s h c)); auto.
  Qed.

  Section reach_claim.
    Variable B_b : R.
    Hypothesis sigma_nonneg : 0 <= sigma.
    Hypothesis variance : inner n n <= sigma ^ 2.
    Hypothesis R_is : R_ ^ 2 = A + sigma ^ 2.
    Hypothesis B_nonneg : 0 <= B_b.
    Hypothesis stale : inner b b <= B_b ^ 2.

    Lemma compare_stale_reach : inner b b + inner e e + 2 * inner b e <= (B_b * (1 + rho) + R_ * rho) ^ 2.
    Proof using All.
      replace (inner b b + inner e e + 2 * inner b e) with (inner (plus b e) (plus b e))
        by (rewrite inner_plus, !inner_plus_r, (inner_sym e b); ring).
      apply square_at_most.
      pose proof (error_at_most Smp Len (scal r unit) n b e rho rho_nonneg n_differences sigma B_b
        (known_scal r unit unit_known) variance (norm_le b B_b B_nonneg stale) reach_drift) as E.
      rewrite A_norm in E. unfold radius in E. rewrite (root_is R_ _ R_nonneg R_is) in E. lra.
    Qed.
  End reach_claim.

  (** * Theorem 1 *)

  Variables (TS : Type) (Stg : functional TS).
  Context {V Z : space}.
  Variables Delta K L Lambda1 S_ Y a f_first f_last f_star mean_next mean_now nu p q qn x : R.
  Variables f_next f_now : history -> R.
  Variables (S_mj gamma chi : nat -> TS -> R) (beta : TS -> history -> R) (c_m s_m : nat -> R).
  Variables (pi : nat -> TS -> history -> R) (sqrt_d : nat -> nat -> R).
  Variables F_k n_k v_k : history -> lift Crd (fun _ => real_space).
  Variables (P omega : nat -> TS -> process Smp Len real_space) (Sdv Shn : nat -> lift Stg (fun _ => real_space)).
  Variables U W w z : nat -> nat -> process Smp Len V.
  Variables (b__parts : lift Stg (fun _ => process Smp Len Z)) (b_m : TS -> process Smp Len Z).
  Variables (b_mk : TS -> history -> Z) (n_m v_m : nat -> process Smp Len V) (d_m : nat -> nat) (i : nat).
  Hypothesis F_at : forall h, taken Smp Len h ->
    forall y : lift Crd (fun _ => real_space), inner (F_k h) y = r * inner (unit h) y.
  Hypothesis v_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
    inner (v_k h) y = inner (b h) y + inner (e h) y + r * inner (unit h) y.
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
  Hypothesis bounded_below : f_star <= f_last.
  Hypothesis gap : Delta = f_first + (-1) * f_star.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis x_is : x = L * alpha * gain.
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
  Hypothesis Y_nonneg : 0 <= Y.
  Hypothesis Y_is : Y ^ 2 = inner b b + inner e e + 2 * inner b e + inner unit unit * r ^ 2 + 2 * inner b unit * r
    + 2 * inner e unit * r.
  Hypothesis Lambda1_nonneg : 0 <= Lambda1.
  Hypothesis coherent : inner (Sdv i) (Sdv i) <= Lambda1 ^ 2 * Y ^ 2.
  Hypothesis martingale : inner (Shn i) (Shn i) <= nu ^ 2.
  Hypothesis a_is : a = inner b unit + inner e unit + inner unit unit * r.
  Hypothesis S_nonneg_ : 0 <= S_.
  Hypothesis S_is : S_ ^ 2 = Y ^ 2 + (-1) * a ^ 2.
  Hypothesis q_is : q = Lambda1 * alpha * gain * (1 + rho).
  Hypothesis qn_is : qn = alpha * gain * nu * (1 + rho).

  Let step_pos : 0 < alpha * gain.
  Proof. now apply Rmult_lt_0_compat. Qed.

  Let far_seen j m' : support Stg m' -> inner (omega j m') (omega j m') <= (alpha * gain) ^ 2 *
    (inner (U (d_m j) j) (U (d_m j) j) + inner (W (d_m j) j) (W (d_m j) j) + 2 * inner (U (d_m j) j) (W (d_m j) j)).
  Proof. intros H. rewrite Rpow_mult_distr. now apply far. Qed.

  Let F : process Smp Len (lift Crd (fun _ => real_space)) := scal r unit.

  Lemma Y_norm : norm (plus F (plus b e)) = Y.
  Proof.
    apply root_is; [exact Y_nonneg|]. rewrite Y_is. unfold F.
    rewrite !inner_plus, !inner_plus_r, !inner_scal, !inner_scal_r, (inner_sym unit b), (inner_sym unit e),
      (inner_sym e b).
    ring.
  Qed.

  Lemma a_component : inner unit (plus F (plus b e)) = a.
  Proof. rewrite a_is, !inner_plus_r, (inner_sym unit b), (inner_sym unit e). unfold F. rewrite inner_scal_r. ring. Qed.

  Lemma b_stale : 0 <= nu -> norm b <= alpha * gain * (Lambda1 * norm (plus F (plus b e)) + nu).
  Proof.
    intros Nu. rewrite Y_norm. unfold norm at 1. rewrite <- parts.
    apply stages_stale with (v_m := v_m) (w := w) (U := U) (c_m := c_m) (d_m := d_m) (n_m := n_m) (z := z) (W := W)
      (s_m := s_m) (sqrt_d := sqrt_d) (S_mj := S_mj) (gamma := gamma) (chi := chi) (Sdv := Sdv) (Shn := Shn) (P := P)
      (omega := omega) (pi := pi) (b_m := b_m) (b_mk := b_mk) (beta := beta) (i := i); assumption.
  Qed.

  (** From a feasible point of the library's to the claim's form: R and S are the roots. *)
  Lemma claimed level : 0 <= level -> R_ ^ 2 = A + level ^ 2 ->
    feasible p (alpha * gain * L) level rho ((1 + rho) * (alpha * gain) * Lambda1) ((1 + rho) * (alpha * gain) * nu)
      (norm F ^ 2) (norm (plus F (plus b e))) (inner unit (plus F (plus b e))) ->
    (A + Y ^ 2 + (-2) * a * r <= (qn + R_ * rho + Y * q) ^ 2) /\
    (a * r <= p + 1 / 2 * x * Y ^ 2 + 1 / 2 * x * level ^ 2 + S_ * level * x) /\ a ^ 2 <= Y ^ 2.
  Proof.
    intros Hl ER (_ & Short & I & II). unfold eta, radius in I.
    rewrite Y_norm, a_component in Short, I, II. unfold F in I, II.
    rewrite A_norm, (root_is r A r_nonneg) in I, II by (rewrite A_is; lra).
    rewrite (root_is R_ _ R_nonneg ER) in I.
    rewrite (root_is S_ (Y ^ 2 - a ^ 2) S_nonneg_) in II by (rewrite S_is; ring).
    repeat split.
    - replace (qn + R_ * rho + Y * q)
        with (rho * R_ + (1 + rho) * (alpha * gain) * Lambda1 * Y + (1 + rho) * (alpha * gain) * nu)
        by (rewrite q_is, qn_is; ring). lra.
    - rewrite x_is. lra.
    - rewrite <- (pow2_abs a). apply pow_incr. split; [apply Rabs_pos | exact Short].
  Qed.

  Lemma F_seen h : taken Smp Len h -> forall y : lift Crd (fun _ => real_space), inner (F_k h) y = inner (F h) y.
  Proof. intros T y. rewrite F_at by exact T. symmetry. apply (inner_scal r (unit h) y). Qed.

  Lemma v_seen h : taken Smp Len h ->
    forall y : lift Crd (fun _ => real_space), inner (v_k h) y = inner (plus F (plus b e) h) y.
  Proof.
    intros T y. rewrite v_at by exact T.
    change (plus F (plus b e) h) with (plus (scal r (unit h)) (plus (b h) (e h))).
    rewrite !inner_plus, inner_scal. ring.
  Qed.

  Section smooth_steps.
  Hypothesis smooth : forall h, taken Smp Len h -> f_next h <= f_now h
      + 1 / 2 * L * (inner (n_k h) (n_k h) * alpha ^ 2 * gain ^ 2 + inner (v_k h) (v_k h) * alpha ^ 2 * gain ^ 2
        + 2 * inner (n_k h) (v_k h) * alpha ^ 2 * gain ^ 2)
      + (-1) * inner (F_k h) (n_k h) * alpha * gain + (-1) * inner (F_k h) (v_k h) * alpha * gain.
    Hypothesis p_is : p = Delta * / K * / alpha * / gain.
    Hypothesis nu_nonneg : 0 <= nu.

    Let p_seen : p = Delta * / K * / (alpha * gain).
    Proof. rewrite p_is. rewrite Rinv_mult. ring. Qed.

    Lemma described level : 0 <= level -> R_ ^ 2 = A + level ^ 2 ->
      (forall f : history -> R, f_star <= mean Smp Len f ->
        (forall h, taken Smp Len h -> f h <= f (tl h)
          - alpha * gain * (inner (F h) (plus F (plus b e) h) + inner (F h) (n h))
          + L / 2 * ((alpha * gain) ^ 2 * norm (plus (plus F (plus b e) h) (n h)) ^ 2)) ->
        feasible ((f nil - f_star) / (alpha * gain * INR Len)) (alpha * gain * L) level rho
          ((1 + rho) * (alpha * gain) * Lambda1) ((1 + rho) * (alpha * gain) * nu) (norm F ^ 2)
          (norm (plus F (plus b e))) (inner unit (plus F (plus b e)))) ->
      (A + Y ^ 2 + (-2) * a * r <= (qn + R_ * rho + Y * q) ^ 2) /\
      (a * r <= p + 1 / 2 * x * Y ^ 2 + 1 / 2 * x * level ^ 2 + S_ * level * x) /\ a ^ 2 <= Y ^ 2.
    Proof.
      intros Hl ER Feasible. apply claimed; try assumption.
      destruct values as (f & Now & Next & E1 & E2 & _ & _ & EK). rewrite E1, E2 in *.
      rewrite <- (start_cost Delta K (alpha * gain) p (f nil) f_star Len some step_pos EK gap p_seen).
      apply (Feasible f bounded_below). intros h T. rewrite <- (Now h T), <- (Next h T).
      apply (descent_seen (F_k h) (v_k h) (n_k h)); [now apply F_seen | now apply v_seen | now apply n_at |].
      specialize (smooth h T). lra.
    Qed.

    Section bounded_noise.
      Hypothesis sigma_nonneg : 0 <= sigma.
      Hypothesis variance : forall h, taken Smp Len h -> inner (n_k h) (n_k h) <= sigma ^ 2.
      Hypothesis R_is : R_ ^ 2 = A + sigma ^ 2.

      Lemma compare_master_sharp :
        (A + Y ^ 2 + (-2) * a * r <= (qn + R_ * rho + Y * q) ^ 2) /\
        (a * r <= p + 1 / 2 * x * Y ^ 2 + 1 / 2 * x * sigma ^ 2 + S_ * sigma * x) /\ a ^ 2 <= Y ^ 2.
      Proof using All.
        apply described; try assumption. intros f Low Descent.
        apply (run_sharp Smp Len f f_star some Low F n b e unit); try assumption.
        - now apply unit_is.
        - now apply known_scal.
        - now apply b_stale.
        - exact reach_drift.
        - apply average_below; [exact some|]. intros h T. rewrite <- (both_seen _ _ _ _ (n_at h T) (n_at h T)).
          now apply variance.
      Qed.
    End bounded_noise.

    Section growing_noise.
      Variables growth level : R.
      Hypothesis sigma_nonneg : 0 <= sigma.
      Hypothesis growth_nonneg : 0 <= growth.
      Hypothesis variance : forall h, taken Smp Len h ->
        inner (n_k h) (n_k h) <= sigma ^ 2 + inner (F_k h) (F_k h) * growth.
      Hypothesis level_nonneg : 0 <= level.
      Hypothesis level_is : level ^ 2 = sigma ^ 2 + A * growth.
      Hypothesis R_is : R_ ^ 2 = A + level ^ 2.

      Lemma compare_growing_sharp :
        (A + Y ^ 2 + (-2) * a * r <= (qn + R_ * rho + Y * q) ^ 2) /\
        (a * r <= p + 1 / 2 * x * Y ^ 2 + 1 / 2 * x * level ^ 2 + S_ * level * x) /\ a ^ 2 <= Y ^ 2.
      Proof using All.
        apply described; try assumption. intros f Low Descent.
        replace level with (Sequences.level sigma growth (norm F ^ 2))
          by (unfold F; rewrite A_norm; apply root_is; [exact level_nonneg | rewrite level_is; ring]).
        apply (run_sharp_growing Smp Len f f_star some Low F n b e unit); try assumption.
        - now apply unit_is.
        - now apply known_scal.
        - now apply b_stale.
        - exact reach_drift.
        - intros h. apply conditional_below. intros l T.
          pose proof (variance l T) as N. rewrite (both_seen _ _ _ _ (n_at l T) (n_at l T)) in N.
          assert (EF : forall y, inner (F_k l) y = inner (F l) y)
            by (intros y; rewrite F_at by exact T; symmetry; apply (inner_scal r (unit l) y)).
          rewrite (both_seen _ _ _ _ EF EF) in N. lra.
      Qed.
    End growing_noise.
  End smooth_steps.

  Section granular_steps.
    Variables V_ Lambdah moved qmax : R.
    Variable zeta_k : history -> lift Crd (fun _ => real_space).
    Variable zeta : process Smp Len (lift Crd (fun _ => real_space)).
    Hypothesis zeta_at : forall h, taken Smp Len h ->
      forall y : lift Crd (fun _ => real_space), inner (zeta_k h) y = inner (zeta h) y.
    Hypothesis zeta_differences : differences Smp Len (lift Crd (fun _ => real_space)) zeta.
    Hypothesis smooth : forall h, taken Smp Len h -> f_next h <= inner (F_k h) (zeta_k h) + f_now h
      + 1 / 2 * L * (inner (zeta_k h) (zeta_k h) + inner (n_k h) (n_k h) * alpha ^ 2 * gain ^ 2
        + inner (v_k h) (v_k h) * alpha ^ 2 * gain ^ 2 + (-2) * inner (n_k h) (zeta_k h) * alpha * gain
        + (-2) * inner (v_k h) (zeta_k h) * alpha * gain + 2 * inner (n_k h) (v_k h) * alpha ^ 2 * gain ^ 2)
      + (-1) * inner (F_k h) (n_k h) * alpha * gain + (-1) * inner (F_k h) (v_k h) * alpha * gain.
    Hypothesis p_is : p = Delta * / K * / alpha * / gain + 1 / 2 * L * V_ * / alpha * / gain * qmax ^ 2.
    Hypothesis energy : inner zeta zeta <= V_ * qmax ^ 2.
    Hypothesis sigma_nonneg : 0 <= sigma.
    Hypothesis variance : forall h, taken Smp Len h -> inner (n_k h) (n_k h) <= sigma ^ 2.
    Hypothesis R_is : R_ ^ 2 = A + sigma ^ 2.
    Hypothesis v_zeta : inner b zeta + inner e zeta + inner unit zeta * r = 0.
    Hypothesis n_zeta : inner n zeta = 0.
    Hypothesis Lambdah_nonneg : 0 <= Lambdah.
    Hypothesis moved_nonneg : 0 <= moved.
    Hypothesis moved_is : moved ^ 2 = sigma ^ 2 + V_ * / alpha ^ 2 * / gain ^ 2 * qmax ^ 2.
    Hypothesis nu_is : nu = Lambdah * moved.

    Lemma compare_granularity_enters :
      (A + Y ^ 2 + (-2) * a * r <= (qn + R_ * rho + Y * q) ^ 2) /\
      (a * r <= p + 1 / 2 * x * Y ^ 2 + 1 / 2 * x * sigma ^ 2 + S_ * sigma * x) /\ a ^ 2 <= Y ^ 2 /\
      inner n n + inner zeta zeta * / alpha ^ 2 * / gain ^ 2 + (-2) * inner n zeta * / alpha * / gain <= moved ^ 2.
    Proof using All.
      assert (Nu : 0 <= nu) by (rewrite nu_is; now apply Rmult_le_pos).
      destruct values as (f & Now & Next & E1 & E2 & _ & _ & EK).
      assert (Low : f_star <= mean Smp Len f) by (rewrite <- E2; exact bounded_below).
      destruct (run_sharp_granular Smp Len f f_star some Low F n b e unit zeta (alpha * gain) L rho Lambda1 nu) with
        (sigma := sigma) (energy := V_ * qmax ^ 2) as [Fe En]; try assumption.
      - unfold F. rewrite !inner_plus, inner_scal. lra.
      - now apply unit_is.
      - now apply known_scal.
      - now apply b_stale.
      - exact reach_drift.
      - intros h T. rewrite <- (Now h T), <- (Next h T).
        apply (granular_seen (F_k h) (v_k h) (n_k h) (zeta_k h)); [now apply F_seen | now apply v_seen | now apply n_at
          | now apply zeta_at |].
        specialize (smooth h T). lra.
      - apply average_below; [exact some|]. intros h T. rewrite <- (both_seen _ _ _ _ (n_at h T) (n_at h T)).
        now apply variance.
      - assert (Ep : (f nil - f_star) / (alpha * gain * INR Len) + L / (2 * (alpha * gain)) * (V_ * qmax ^ 2) = p).
        { rewrite (start_cost Delta K (alpha * gain) (Delta * / K * / (alpha * gain)) (f nil) f_star Len some step_pos
          EK)
            by (rewrite ?gap, ?E1; reflexivity). rewrite p_is. field. repeat split; try lra. rewrite EK. apply
              not_0_INR. lia. }
        rewrite Ep in Fe. destruct (claimed sigma sigma_nonneg R_is Fe) as (I & II & III).
        split; [exact I|]. split; [exact II|]. split; [exact III|].
        rewrite inner_plus, !inner_plus_r, !inner_scal, !inner_scal_r, (inner_sym zeta n) in En. rewrite moved_is.
        replace (inner zeta zeta * / alpha ^ 2 * / gain ^ 2)
          with (- / (alpha * gain) * (- / (alpha * gain) * inner zeta zeta)) by (field; lra).
        replace (V_ * / alpha ^ 2 * / gain ^ 2 * qmax ^ 2) with (V_ * qmax ^ 2 / (alpha * gain) ^ 2) by (field; lra).
        replace (-2 * inner n zeta * / alpha * / gain) with (2 * (- / (alpha * gain) * inner n zeta)) by (field; lra).
          lra.
    Qed.
  End granular_steps.
End reach.

(** * With the saturation met along the run *)

Lemma compare_adaptive_coordinate (drift grad m noise rho s share stale w_grad w_noise w_stale : R) :
  share <= rho -> (-1) * rho <= share -> s ^ 2 = 1 -> m * s = grad + noise + stale ->
  w_grad = grad * share -> w_noise = noise * share -> w_stale = share * stale -> drift ^ 2 <= m ^ 2 * share ^ 2 ->
  (w_grad ^ 2 <= grad ^ 2 * rho ^ 2) /\ (w_stale ^ 2 <= rho ^ 2 * stale ^ 2) /\
  (drift ^ 2 <= (w_grad + w_noise + w_stale) ^ 2).
Proof.
  intros High Low Hs Em Eg En Es Ed.
  destruct (Refined.distorted_element rho share drift grad noise stale) as (G & B & D).
  - apply Rabs_le. lra.
  - rewrite <- Em, <- Rabs_mult. apply Rsqr_le_abs_0. rewrite !Rsqr_pow2.
    replace ((share * (m * s)) ^ 2) with (m ^ 2 * share ^ 2 * s ^ 2) by ring. rewrite Hs. lra.
  - apply square_le in G, B.
    rewrite (Rpow_mult_distr rho), pow2_abs in G. rewrite (Rpow_mult_distr rho), pow2_abs in B.
    rewrite (Rmult_comm share) in Es. rewrite <- Eg, <- En, <- Es in *. repeat split; try lra.
    rewrite <- (pow2_abs (w_grad + w_noise + w_stale)), <- (pow2_abs drift). apply pow_incr.
    split; [apply Rabs_pos | exact D].
Qed.

Section adaptive.
  Variables (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC).
  Variables A B_b T_s r rbar2 rho sigma : R.
  Variables drift grad m noise : history -> TC -> R.
  Variable peak : history -> R.
  Variables s share stale w_grad w_noise w_stale : history -> TC -> R.
  Variables b e unit wF wb wn : process Smp Len (lift Crd (fun _ => real_space)).
  Variable wn_k : history -> lift Crd (fun _ => real_space).
  Hypothesis grad_is : forall h, taken Smp Len h -> forall c, support Crd c -> grad h c = r * (unit h c : R).
  Hypothesis stale_is : forall h, taken Smp Len h -> forall c, support Crd c -> stale h c = (b h c : R).
  Hypothesis w_grad_at : forall h, taken Smp Len h -> forall c, support Crd c -> w_grad h c = (wF h c : R).
  Hypothesis w_noise_at : forall h, taken Smp Len h -> forall c, support Crd c -> w_noise h c = (wn h c : R).
  Hypothesis w_stale_at : forall h, taken Smp Len h -> forall c, support Crd c -> w_stale h c = (wb h c : R).
  Hypothesis drift_at : forall h, taken Smp Len h -> forall c, support Crd c -> drift h c = (e h c : R).
  Hypothesis wn_at : forall h, taken Smp Len h ->
    forall y : lift Crd (fun _ => real_space), inner (wn_k h) y = inner (wn h) y.
  Hypothesis rbar2_is : rbar2 = average Smp Len (fun h => peak h).
  Hypothesis wF_known : known Smp Len (lift Crd (fun _ => real_space)) 1 wF.
  Hypothesis wn_differences : differences Smp Len (lift Crd (fun _ => real_space)) wn.
  Hypothesis r_nonneg : 0 <= r.
  Hypothesis unit_or_none : inner unit unit * r ^ 2 = r ^ 2.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis high : forall h, taken Smp Len h -> forall c, support Crd c -> share h c <= rho.
  Hypothesis low : forall h, taken Smp Len h -> forall c, support Crd c -> (-1) * rho <= share h c.
  Hypothesis sign : forall h, taken Smp Len h -> forall c, support Crd c -> s h c ^ 2 = 1.
  Hypothesis pulse : forall h, taken Smp Len h -> forall c, support Crd c ->
    m h c * s h c = grad h c + noise h c + stale h c.
  Hypothesis w_grad_is : forall h, taken Smp Len h -> forall c, support Crd c ->
    w_grad h c = grad h c * share h c.
  Hypothesis w_noise_is : forall h, taken Smp Len h -> forall c, support Crd c ->
    w_noise h c = noise h c * share h c.
  Hypothesis w_stale_is : forall h, taken Smp Len h -> forall c, support Crd c ->
    w_stale h c = share h c * stale h c.
  Hypothesis drift_is : forall h, taken Smp Len h -> forall c, support Crd c -> drift h c ^ 2 <= m h c ^ 2 * share h c
    ^ 2.
  Hypothesis A_is : A = inner unit unit * r ^ 2.
  Hypothesis B_nonneg : 0 <= B_b.
  Hypothesis b_short : inner b b <= B_b ^ 2.
  Hypothesis variance : forall h, taken Smp Len h -> inner (wn_k h) (wn_k h) <= peak h * sigma ^ 2.
  Hypothesis T_nonneg : 0 <= T_s.
  Hypothesis T_is : T_s ^ 2 = A * rho ^ 2 + rbar2 * sigma ^ 2.

  Lemma coordinate h c : taken Smp Len h -> support Crd c ->
    ((wF h c : R) ^ 2 <= (r * (unit h c : R)) ^ 2 * rho ^ 2) /\ ((wb h c : R) ^ 2 <= rho ^ 2 * (b h c : R) ^ 2) /\
    ((e h c : R) ^ 2 <= ((wF h c : R) + (wn h c : R) + (wb h c : R)) ^ 2).
  Proof.
    intros T Hc. rewrite <- w_grad_at, <- w_noise_at, <- w_stale_at, <- drift_at, <- stale_is, <- grad_is by assumption.
    apply compare_adaptive_coordinate with (m := m h c) (noise := noise h c) (s := s h c) (share := share h c); auto.
  Qed.

  Lemma lift_le (X Y : process Smp Len (lift Crd (fun _ => real_space))) c : 0 <= c ->
    (forall h t, taken Smp Len h -> support Crd t -> (X h t : R) ^ 2 <= c ^ 2 * (Y h t : R) ^ 2) ->
    norm X <= c * norm Y.
  Proof.
    intros Hc L. rewrite <- (Rabs_pos_eq c Hc), <- norm_scal. apply process_norm_le. intros h T.
    change (norm (X h) <= norm (scal c (Y h))). rewrite norm_scal, Rabs_pos_eq by exact Hc.
    apply (elements_at_most Crd); [exact Hc|]. intros t Ht. rewrite <- (Rabs_pos_eq c Hc) at 1.
    rewrite <- Rabs_mult. apply Rsqr_le_abs_0. rewrite !Rsqr_pow2, Rpow_mult_distr. now apply L.
  Qed.

  Lemma compare_adaptive_reach : inner b b + inner e e + 2 * inner b e <= (T_s + B_b * (1 + rho)) ^ 2.
  Proof using All.
    replace (inner b b + inner e e + 2 * inner b e) with (inner (plus b e) (plus b e))
      by (rewrite inner_plus, !inner_plus_r, (inner_sym e b); ring).
    apply square_at_most.
    assert (V : inner wn wn <= rbar2 * sigma ^ 2).
    { rewrite rbar2_is, Rmult_comm, <- (apply_scal (average Smp Len)). apply apply_le. intros h T.
      rewrite <- (both_seen _ _ _ _ (wn_at h T) (wn_at h T)), Rmult_comm. now apply variance. }
    pose proof (error_distorted Smp Len (scal r unit) b e rho rho_nonneg wF wn wb _ B_b wF_known wn_differences V) as E.
    rewrite norm_sq, inner_scal, inner_scal_r in E.
    replace (rho ^ 2 * (r * (r * inner unit unit)) + rbar2 * sigma ^ 2) with (A * rho ^ 2 + rbar2 * sigma ^ 2) in E
      by (rewrite A_is; ring).
    rewrite (root_is T_s _ T_nonneg T_is), (Rmult_comm (1 + rho)) in E. apply E.
    - apply lift_le; [exact rho_nonneg|]. intros h c T Hc. destruct (coordinate h c T Hc) as (Q & _).
      rewrite Rmult_comm. exact Q.
    - apply lift_le; [exact rho_nonneg|]. intros h c T Hc. now destruct (coordinate h c T Hc) as (_ & Q & _).
    - intros h T. rewrite <- (Rmult_1_l (norm (plus _ _))). apply (elements_at_most Crd); [lra|]. intros c Hc.
      destruct (coordinate h c T Hc) as (_ & _ & Q). rewrite Rmult_1_l.
      apply Rsqr_le_abs_0. rewrite !Rsqr_pow2. exact Q.
    - now apply norm_le.
  Qed.
End adaptive.

(** * With the curvature that the noise sees *)

Section resolved.
  Variables (Smp : sampler) (Len : nat).
  Context {H C : space}.
  Variables Delta K L Ln S_ Y a alpha f_first f_last f_star g_x gain mean_next mean_now p r sigma sqrt_L sqrt_Ln x xn
    : R.
  Variables f_next f_now : history -> R.
  Variables F_k n_k v_k : history -> H.
  Variables Mn_k Mv_k : history -> C.
  Variables n unit v : process Smp Len H.
  Variables Mn Mu Mv : process Smp Len C.
  Hypothesis some : (0 < Len)%nat.
  Hypothesis n_at : forall h, taken Smp Len h -> forall y, inner (n_k h) y = inner (n h) y.
  Hypothesis F_at : forall h, taken Smp Len h -> forall y, inner (F_k h) y = r * inner (unit h) y.
  Hypothesis v_at : forall h, taken Smp Len h -> forall y, inner (v_k h) y = inner (v h) y.
  Hypothesis Mv_at : forall h, taken Smp Len h -> forall y, inner (Mv_k h) y = inner (Mv h) y.
  Hypothesis Mn_at : forall h, taken Smp Len h -> forall y, inner (Mn_k h) y = inner (Mn h) y.
  Hypothesis values : path Smp Len f_now f_next f_first f_last mean_now mean_next K.
  Hypothesis unit_known : known Smp Len H 1 unit.
  Hypothesis n_differences : differences Smp Len H n.
  Hypothesis Mu_known : known Smp Len C 1 Mu.
  Hypothesis Mn_differences : differences Smp Len C Mn.
  Hypothesis r_nonneg : 0 <= r.
  Hypothesis unit_short : inner unit unit <= 1.
  Hypothesis unit_or_none : inner unit unit * r ^ 2 = r ^ 2.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis Y_nonneg : 0 <= Y.
  Hypothesis Y_is : Y ^ 2 = inner v v.
  Hypothesis a_is : a = inner unit v.
  Hypothesis S_nonneg : 0 <= S_.
  Hypothesis S_is : S_ ^ 2 = Y ^ 2 + (-1) * a ^ 2.
  Hypothesis bounded_below : f_star <= f_last.
  Hypothesis gap : Delta = f_first + (-1) * f_star.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis gain_pos : 0 < gain.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis Ln_nonneg : 0 <= Ln.
  Hypothesis smooth : forall h, taken Smp Len h -> f_next h <= f_now h
    + 1 / 2 * alpha ^ 2 * gain ^ 2 * (inner (Mn_k h) (Mn_k h) + inner (Mv_k h) (Mv_k h) + 2 * inner (Mn_k h) (Mv_k h))
    + (-1) * inner (F_k h) (n_k h) * alpha * gain + (-1) * inner (F_k h) (v_k h) * alpha * gain.
  Hypothesis Mn_short : forall h, taken Smp Len h -> inner (Mn_k h) (Mn_k h) <= Ln * sigma ^ 2.
  Hypothesis Mv_short : inner Mv Mv <= inner v v * L.
  Hypothesis across_short : inner Mv Mv + inner Mu Mu * a ^ 2 + (-2) * inner Mu Mv * a
    <= L * (inner v v + inner unit unit * a ^ 2 + (-2) * inner unit v * a).
  Hypothesis x_is : x = L * alpha * gain.
  Hypothesis xn_is : xn = Ln * alpha * gain.
  Hypothesis p_is : p = Delta * / K * / alpha * / gain.
  Hypothesis L_root : 0 <= sqrt_L.
  Hypothesis L_squared : sqrt_L ^ 2 = L.
  Hypothesis Ln_root : 0 <= sqrt_Ln.
  Hypothesis Ln_squared : sqrt_Ln ^ 2 = Ln.
  Hypothesis g_is : g_x = alpha * gain * sqrt_L * sqrt_Ln.

  Let step_pos : 0 < alpha * gain.
  Proof. now apply Rmult_lt_0_compat. Qed.

  Let p_seen : p = Delta * / K * / (alpha * gain).
  Proof. rewrite p_is. rewrite Rinv_mult. ring. Qed.

  Lemma compare_master_resolved :
    (a * r <= p + 1 / 2 * x * Y ^ 2 + 1 / 2 * xn * sigma ^ 2 + S_ * g_x * sigma) /\ g_x ^ 2 = x * xn.
  Proof using All.
    assert (G : g_x ^ 2 = x * xn).
    { rewrite g_is, x_is, xn_is, <- L_squared, <- Ln_squared. ring. }
    split; [|exact G]. destruct values as (f & Now & Next & E1 & E2 & _ & _ & EK). rewrite E1, E2 in *.
    assert (EF : forall h, taken Smp Len h -> forall y, inner (F_k h) y = inner ((scal r unit : process Smp Len H) h) y)
      by (intros h T y; rewrite F_at by exact T; symmetry; apply (inner_scal r (unit h) y)).
    pose proof (run_resolved Smp Len f f_star some bounded_below (scal r unit) v n unit Mu Mv Mn (alpha * gain) L Ln
      sigma
      step_pos L_nonneg Ln_nonneg sigma_nonneg n_differences (known_scal r unit unit_known)
      (unit_is unit r r_nonneg unit_short unit_or_none) Mn_differences Mu_known) as T.
    rewrite (start_cost Delta K (alpha * gain) p (f nil) f_star Len some step_pos EK gap p_seen),
      (length_is unit r r_nonneg unit_or_none),
      <- a_is, (root_is Y (inner v v) Y_nonneg Y_is : norm v = Y),
        (root_is S_ (Y ^ 2 - a ^ 2) S_nonneg) in T by (rewrite S_is; ring).
    rewrite (root_is g_x (alpha * gain * L * (alpha * gain * Ln))) in T.
    2:{ rewrite g_is. repeat apply Rmult_le_pos; lra. } 2:{ rewrite G, x_is, xn_is. ring. }
    rewrite x_is, xn_is.
    enough (a * r <= p + alpha * gain * L / 2 * Y ^ 2 + alpha * gain * Ln / 2 * sigma ^ 2 + g_x * sigma * S_) by lra.
      apply T.
    - apply average_below; [exact some|]. intros h Th. rewrite <- (both_seen _ _ _ _ (Mn_at h Th) (Mn_at h Th)).
      now apply Mn_short.
    - lra.
    - unfold rest. rewrite <- a_is, !inner_line, (inner_sym Mv Mu), (inner_sym v unit). lra.
    - intros h Th. pose proof (smooth h Th) as D. rewrite <- (Now h Th), <- (Next h Th).
      rewrite (both_seen _ _ _ _ (Mn_at h Th) (Mn_at h Th)), (both_seen _ _ _ _ (Mv_at h Th) (Mv_at h Th)),
        (both_seen _ _ _ _ (Mn_at h Th) (Mv_at h Th)), (both_seen _ _ _ _ (EF h Th) (n_at h Th)),
        (both_seen _ _ _ _ (EF h Th) (v_at h Th)) in D.
      rewrite inner_plus, !inner_plus_r, (inner_sym (Mv h) (Mn h)). lra.
  Qed.
End resolved.

(** * By one multiplier *)

Lemma compare_multiplier_bound_resolved (A T_s Y a c g_x mu p q qn r sigma theta x xn z : R) :
  0 <= Y -> 0 <= mu -> a ^ 2 <= Y ^ 2 -> 0 < 1 + (-1) * q ^ 2 + (-1) * mu * x -> 0 <= r -> 0 <= g_x -> 0 <= sigma ->
  0 <= theta -> theta <= 1 -> z <= Y -> z <= T_s + qn + Y * q -> 0 <= c -> c ^ 2 = (1 + (-1) * mu) ^ 2 ->
  A + Y ^ 2 + (-2) * a * r <= (T_s + qn + Y * q) ^ 2 ->
  a * r <= p + 1 / 2 * x * Y ^ 2 + 1 / 2 * xn * sigma ^ 2 + g_x * sigma * z ->
  A <= (T_s + qn) ^ 2 + mu * (2 * p + xn * sigma ^ 2) + / (1 + (-1) * q ^ 2 + (-1) * mu * x)
    * (c * r + q * (T_s + qn) + g_x * mu * sigma * (theta + q * (1 + (-1) * theta))) ^ 2
    + 2 * g_x * mu * sigma * (1 + (-1) * theta) * (T_s + qn).
Proof.
  intros HY Hm Sq Den Hr Hg Hs Ht Ht1 ZY Ze Hc Ec I II.
  replace (1 + (-1) * q ^ 2 + (-1) * mu * x) with (1 - q ^ 2 - mu * x) in * by ring.
  pose proof (Multiplier.multiplier_bound_resolved p x (xn * sigma ^ 2) (g_x * sigma) T_s q qn mu theta A r Y a z c HY
    Hm
    Den Hr Sq (Rmult_le_pos _ _ Hg Hs) (conj Ht Ht1) ZY ltac:(lra) Hc ltac:(rewrite Ec; ring)) as B.
  replace (T_s + q * Y + qn) with (T_s + qn + Y * q) in B by ring. specialize (B ltac:(lra) ltac:(lra)).
  replace (c * r + q * (T_s + qn) + g_x * mu * sigma * (theta + q * (1 + (-1) * theta)))
    with (c * r + mu * (g_x * sigma) * (theta + (1 - theta) * q) + q * (T_s + qn)) by ring.
  unfold Rdiv in B. lra.
Qed.

Lemma compare_multiplier_ray (C E E1 V V1 f h k m q : R) :
  0 <= f -> 0 <= q -> 0 <= C -> 0 <= k -> 0 <= E -> 0 <= V -> f <= h -> 0 < m -> E * f <= E1 * h -> V * f <= V1 * h ->
  f ^ 2 * (C + E ^ 2 + / m * (V + E * q) ^ 2 + 2 * E * k) <= h ^ 2 * (C + E1 ^ 2 + / m * (V1 + E1 * q) ^ 2 + 2 * E1 *
    k).
Proof.
  intros Hf Hq HC Hk HE HV Hh Hm LE LV.
  pose proof (Multiplier.side_on_a_ray C k q m E E1 V V1 f h Hf Hh Hq HC Hk HE HV Hm LE LV) as B.
  unfold Multiplier.side, Rdiv in B. rewrite (Rmult_comm q E), (Rmult_comm q E1) in B. lra.
Qed.

Lemma compare_multiplier_end (A A1 S_ T1 T_s Y a g_x mu p q qn r rbar2 rho sigma u1 x xn : R) :
  0 <= A -> 0 <= Y -> 0 <= q -> 0 <= qn -> 0 <= mu -> a ^ 2 <= Y ^ 2 -> 0 < 1 + (-1) * q ^ 2 + (-1) * mu * x ->
    0 <= r ->
  r ^ 2 = A -> 0 <= rbar2 -> 0 <= p -> 0 <= xn -> 0 < A1 ->
  0 <= T_s -> T_s ^ 2 = A * rho ^ 2 + rbar2 * sigma ^ 2 -> 0 <= T1 -> T1 ^ 2 = A1 * rho ^ 2 + rbar2 * sigma ^ 2 ->
  0 <= S_ -> S_ ^ 2 = Y ^ 2 + (-1) * a ^ 2 -> A + Y ^ 2 + (-2) * a * r <= (T_s + qn + Y * q) ^ 2 ->
  a * r <= p + 1 / 2 * x * Y ^ 2 + 1 / 2 * xn * sigma ^ 2 + S_ * g_x * sigma ->
  0 <= u1 -> u1 ^ 2 = A1 * (1 + (-1) * mu) ^ 2 + g_x ^ 2 * mu ^ 2 * sigma ^ 2 ->
  (T1 + qn) ^ 2 + mu * (2 * p + xn * sigma ^ 2) + (u1 + q * (T1 + qn)) ^ 2 * / (1 + (-1) * q ^ 2 + (-1) * mu * x) < A1
    ->
  A < A1.
Proof.
  intros HA HY Hq Hqn Hm Sq Den Hr Er Hb Hp Hxn P1 HT ET HT1 ET1 HS ES I II Hu Eu Below.
  replace (1 + (-1) * q ^ 2 + (-1) * mu * x) with (1 - q ^ 2 - mu * x) in * by ring. pose proof (pow2_ge_0 sigma) as S2.
  apply (Multiplier.multiplier_end p x (xn * sigma ^ 2) (g_x * sigma) rho (rbar2 * sigma ^ 2) q qn mu) with (Y := Y)
    (a := a);
    try assumption; try (apply Rmult_le_pos; assumption).
  - unfold Multiplier.right_side, Multiplier.side, Multiplier.start, Multiplier.early, Multiplier.drift,
      Multiplier.plane_gain.
    rewrite (root_is T1 _ HT1) by (rewrite ET1; ring). rewrite (root_is u1 _ Hu) by (rewrite Eu; ring).
    unfold Rdiv. lra.
  - unfold Multiplier.early, Multiplier.drift. rewrite (root_is r A Hr Er), (root_is T_s _ HT) by (rewrite ET; ring).
    replace (T_s + qn + q * Y) with (T_s + qn + Y * q) by ring. lra.
  - rewrite (root_is r A Hr Er), (root_is S_ _ HS) by (rewrite ES; ring). lra.
Qed.

Lemma compare_multiplier_end_resolved (A A1 T1 T_s Y a c g_x mu p q qn r r1 rbar2 rho sigma theta x xn z : R) :
  0 <= A -> 0 <= Y -> 0 <= q -> 0 <= qn -> 0 <= mu -> a ^ 2 <= Y ^ 2 -> 0 < 1 + (-1) * q ^ 2 + (-1) * mu * x ->
    0 <= r ->
  r ^ 2 = A -> 0 <= rbar2 -> 0 <= p -> 0 <= xn -> 0 < A1 ->
  0 <= T_s -> T_s ^ 2 = A * rho ^ 2 + rbar2 * sigma ^ 2 -> 0 <= T1 -> T1 ^ 2 = A1 * rho ^ 2 + rbar2 * sigma ^ 2 ->
  0 <= g_x -> 0 <= sigma -> 0 <= theta -> theta <= 1 -> z <= Y -> z <= T_s + qn + Y * q ->
  0 <= c -> c ^ 2 = (1 + (-1) * mu) ^ 2 -> A + Y ^ 2 + (-2) * a * r <= (T_s + qn + Y * q) ^ 2 ->
  a * r <= p + 1 / 2 * x * Y ^ 2 + 1 / 2 * xn * sigma ^ 2 + g_x * sigma * z -> 0 <= r1 -> r1 ^ 2 = A1 ->
  (T1 + qn) ^ 2 + mu * (2 * p + xn * sigma ^ 2) + / (1 + (-1) * q ^ 2 + (-1) * mu * x)
    * (c * r1 + q * (T1 + qn) + g_x * mu * sigma * (theta + q * (1 + (-1) * theta))) ^ 2
    + 2 * g_x * mu * sigma * (1 + (-1) * theta) * (T1 + qn) < A1 -> A < A1.
Proof.
  intros HA HY Hq Hqn Hm Sq Den Hr Er Hb Hp Hxn P1 HT ET HT1 ET1 Hg Hs Ht Ht1 ZY Ze Hc Ec I II Hr1 Er1 Below.
  replace (1 + (-1) * q ^ 2 + (-1) * mu * x) with (1 - q ^ 2 - mu * x) in * by ring. pose proof (pow2_ge_0 sigma) as S2.
  assert (D : sqrt (rho ^ 2 * A + rbar2 * sigma ^ 2) = T_s) by (apply root_is; [exact HT | rewrite ET; ring]).
  apply (Multiplier.multiplier_end_resolved p x (xn * sigma ^ 2) (g_x * sigma) rho (rbar2 * sigma ^ 2) q qn mu theta)
    with (Y := Y) (a := a) (z := z); try assumption; try (split; assumption); try (apply Rmult_le_pos; assumption).
  - unfold Multiplier.right_side, Multiplier.side, Multiplier.start, Multiplier.early, Multiplier.drift,
      Multiplier.line_gain, Multiplier.shared.
    rewrite (root_is T1 (rho ^ 2 * A1 + rbar2 * sigma ^ 2) HT1) by (rewrite ET1; ring). rewrite (root_is r1 A1 Hr1 Er1).
    replace (Rabs (1 - mu)) with c
      by (rewrite <- (root_is c (c ^ 2) Hc eq_refl), Ec, <- sqrt_Rsqr_abs, Rsqr_pow2; f_equal; ring).
    replace (c * r1 + mu * (g_x * sigma) * (theta + (1 - theta) * q) + q * (T1 + qn))
      with (c * r1 + q * (T1 + qn) + g_x * mu * sigma * (theta + q * (1 + (-1) * theta))) by ring.
    unfold Rdiv. lra.
  - unfold Multiplier.early, Multiplier.drift. rewrite D. lra.
  - unfold Multiplier.early, Multiplier.drift. rewrite D, (root_is r A Hr Er).
    replace (T_s + qn + q * Y) with (T_s + qn + Y * q) by ring. lra.
  - rewrite (root_is r A Hr Er). lra.
Qed.
