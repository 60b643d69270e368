(** As Compare.v, for the claims about noise of known shape.  [Crd] are the coordinates of the weights. *)

From Coq Require Import Reals Lra Lia List Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Master Shape Compare CompareStale.
From Analog Require Import CompareRuns.
Local Open Scope R_scope.

(** * Sums over elements *)

Section elements.
  Context {P : sampler} {K : nat} {TC : Type}.
  Variable Crd : functional TC.
  Let V := lift Crd (fun _ => real_space).
  Implicit Types X Y Z : process P K V.

  Lemma element_sum X Y X' Y' :
    (forall h, taken P K h -> forall c, support Crd c -> (X h c : R) * Y h c = (X' h c : R) * Y' h c) ->
    inner X Y = inner X' Y'.
  Proof. intros E. apply average_taken. intros h T. apply (apply_ext Crd). intros c Hc. now apply E. Qed.

  Lemma element_sum_le X Y X' Y' :
    (forall h, taken P K h -> forall c, support Crd c -> (X h c : R) * Y h c <= (X' h c : R) * Y' h c) ->
    inner X Y <= inner X' Y'.
  Proof.
    intros E. apply (apply_le (average P K)). intros h T. apply (apply_le Crd). intros c Hc. now apply E.
  Qed.

  Lemma scaled_sum_le k X Y :
    (forall h, taken P K h -> forall c, support Crd c -> (X h c : R) * X h c <= k * ((Y h c : R) * Y h c)) ->
    inner X X <= k * inner Y Y.
  Proof.
    intros E. change (average P K (fun h => Crd (fun c => (X h c : R) * X h c))
      <= k * average P K (fun h => Crd (fun c => (Y h c : R) * Y h c))).
    rewrite <- (apply_scal (average P K)). apply (apply_le (average P K)). intros h T.
    rewrite <- (apply_scal Crd). apply (apply_le Crd). intros c Hc. now apply E.
  Qed.

  Lemma added_sum_le k X Y Z :
    (forall h, taken P K h -> forall c, support Crd c ->
      (X h c : R) * X h c <= (Y h c : R) * Y h c + k * ((Z h c : R) * Z h c)) ->
    inner X X <= inner Y Y + k * inner Z Z.
  Proof.
    intros E. change (average P K (fun h => Crd (fun c => (X h c : R) * X h c))
      <= average P K (fun h => Crd (fun c => (Y h c : R) * Y h c))
        + k * average P K (fun h => Crd (fun c => (Z h c : R) * Z h c))).
    rewrite <- (apply_scal (average P K)), <- (apply_plus (average P K)). apply (apply_le (average P K)). intros h T.
    rewrite <- (apply_scal Crd), <- (apply_plus Crd). apply (apply_le Crd). intros c Hc. now apply E.
  Qed.
End elements.

Lemma known_orthogonal_now {P K} {H : space} (n Z : process P K H) :
  differences P K H n -> known P K H 1 Z -> inner n Z = 0.
Proof. intros D Kn. apply (tower P K H 0 1); [now apply centred_now | exact Kn | lia]. Qed.

Lemma signs_product s s1 : s ^ 2 = 1 -> s1 ^ 2 = 1 -> s * s1 <= 1.
Proof. intros. pose proof (pow2_ge_0 (s - s1)). lra. Qed.

Lemma mean_element rho c ps : Rabs c <= rho -> c * ps * (c * ps) <= rho ^ 2 * (ps * ps).
Proof. intros S. pose proof (drift_part rho c ps S). lra. Qed.

Lemma rest_element rho c ps z : Rabs c <= rho ->
  c * (ps + z + (-1) * ps) * (c * (ps + z + (-1) * ps)) <= rho ^ 2 * (z * z).
Proof. intros S. replace (ps + z + (-1) * ps) with z by ring. now apply mean_element. Qed.

(** * Sizes and drift *)

Lemma compare_shape_element (c_i ebar_i etilde_i m psi_i rho : R) :
  0 <= rho -> c_i <= rho -> (-1) * rho <= c_i -> ebar_i = c_i * psi_i -> etilde_i = c_i * (m + (-1) * psi_i) ->
  ebar_i ^ 2 <= psi_i ^ 2 * rho ^ 2 /\ etilde_i ^ 2 <= rho ^ 2 * (m + (-1) * psi_i) ^ 2.
Proof.
  intros Hr High Low E1 E2. assert (Rabs c_i <= rho) by (apply Rabs_le; lra). rewrite E1, E2. split.
  - rewrite (Rmult_comm (psi_i ^ 2)). now apply drift_part.
  - now apply drift_part.
Qed.

Section sizes.
  Variables (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC).
  Let V := lift Crd (fun _ => real_space).
  Variables m m_1 mu_i n_i psi_i s s_1 : history -> TC -> R.
  Variables M_abs Psi U Z n : process Smp Len (lift Crd (fun _ => real_space)).
  Hypothesis mu_at : forall h, taken Smp Len h -> forall c, support Crd c -> mu_i h c = (U h c : R).
  Hypothesis n_at : forall h, taken Smp Len h -> forall c, support Crd c -> n_i h c = (n h c : R).
  Hypothesis m1_at : forall h, taken Smp Len h -> forall c, support Crd c -> m_1 h c = (M_abs h c : R).
  Hypothesis m_at : forall h, taken Smp Len h -> forall c, support Crd c -> m h c = (Psi h c : R) + (Z h c : R).
  Hypothesis n_differences : differences Smp Len V n.
  Hypothesis Psi_known : known Smp Len V 1 Psi.
  Hypothesis M_known : known Smp Len V 1 M_abs.
  Hypothesis Z_differences : differences Smp Len V Z.
  Hypothesis U_known : known Smp Len V 1 U.
  Hypothesis sign : forall h, taken Smp Len h -> forall c, support Crd c -> s h c ^ 2 = 1.
  Hypothesis size : forall h, taken Smp Len h -> forall c, support Crd c -> 0 <= m h c.
  Hypothesis sign_1 : forall h, taken Smp Len h -> forall c, support Crd c -> s_1 h c ^ 2 = 1.
  Hypothesis size_1 : forall h, taken Smp Len h -> forall c, support Crd c -> 0 <= m_1 h c.
  Hypothesis mean_is : forall h, taken Smp Len h -> forall c, support Crd c -> m_1 h c * s_1 h c = mu_i h c.
  Hypothesis sample_is : forall h, taken Smp Len h -> forall c, support Crd c -> m h c * s h c = mu_i h c + n_i h c.

  Lemma sizes_square : inner (plus Psi Z) (plus Psi Z) = inner (plus U n) (plus U n).
  Proof using All.
    apply element_sum. intros h T c Hc.
    change (((Psi h c : R) + (Z h c : R)) * ((Psi h c : R) + (Z h c : R))
      = ((U h c : R) + (n h c : R)) * ((U h c : R) + (n h c : R))).
    rewrite <- m_at, <- mu_at, <- n_at, <- sample_is by assumption. pose proof (sign h T c Hc).
    replace (m h c * s h c * (m h c * s h c)) with (m h c * m h c * s h c ^ 2) by ring. rewrite H. ring.
  Qed.

  Lemma mean_square : inner M_abs M_abs = inner U U.
  Proof using All.
    apply element_sum. intros h T c Hc. rewrite <- m1_at, <- mu_at, <- mean_is by assumption.
    pose proof (sign_1 h T c Hc).
    replace (m_1 h c * s_1 h c * (m_1 h c * s_1 h c)) with (m_1 h c * m_1 h c * s_1 h c ^ 2) by ring. rewrite H. ring.
  Qed.

  Lemma mean_product : inner U (plus U n) <= inner M_abs (plus Psi Z).
  Proof using All.
    apply element_sum_le. intros h T c Hc.
    change ((U h c : R) * ((U h c : R) + (n h c : R)) <= (M_abs h c : R) * ((Psi h c : R) + (Z h c : R))).
    rewrite <- m_at, <- m1_at, <- n_at, <- mu_at, <- sample_is, <- mean_is by assumption.
    pose proof (signs_product (s h c) (s_1 h c) (sign h T c Hc) (sign_1 h T c Hc)).
    pose proof (Rmult_le_pos _ _ (size_1 h T c Hc) (size h T c Hc)).
    replace (m_1 h c * s_1 h c * (m h c * s h c)) with (m_1 h c * m h c * (s h c * s_1 h c)) by ring.
    rewrite <- (Rmult_1_r (m_1 h c * m h c)) at 2. now apply Rmult_le_compat_l.
  Qed.

  Lemma fluctuation : inner U U <= inner Psi Psi /\ inner Z Z <= inner n n.
  Proof using All.
    apply (sizes_fluctuate U n Psi Z M_abs); try (now apply known_orthogonal_now).
    - exact sizes_square.
    - exact mean_square.
    - exact mean_product.
  Qed.

  Lemma compare_shape_fluctuation : inner U U <= inner Psi Psi /\ inner Z Z <= inner n n.
  Proof using All. exact fluctuation. Qed.

  Variables (c_i ebar_i etilde_i : history -> TC -> R) (rho sigma : R).
  Variable Etilde : process Smp Len (lift Crd (fun _ => real_space)).
  Hypothesis psi_at : forall h, taken Smp Len h -> forall c, support Crd c -> psi_i h c = (Psi h c : R).
  Hypothesis rest_at : forall h, taken Smp Len h -> forall c, support Crd c -> etilde_i h c = (Etilde h c : R).
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis upper : forall h, taken Smp Len h -> forall c, support Crd c -> c_i h c <= rho.
  Hypothesis lower : forall h, taken Smp Len h -> forall c, support Crd c -> (-1) * rho <= c_i h c.
  Hypothesis rest_is : forall h, taken Smp Len h -> forall c, support Crd c ->
    etilde_i h c = c_i h c * (m h c + (-1) * psi_i h c).
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis short : inner n n <= sigma ^ 2.

  Lemma rest_short : inner Etilde Etilde <= rho ^ 2 * inner Z Z.
  Proof using All.
    apply scaled_sum_le. intros h T c Hc.
    rewrite <- rest_at, rest_is, m_at, psi_at by assumption.
    pose proof (lower h T c Hc). pose proof (upper h T c Hc).
    assert (Small : Rabs (c_i h c) <= rho) by (apply Rabs_le; lra).
    exact (rest_element rho (c_i h c) (Psi h c) (Z h c) Small).
  Qed.

  Lemma noise_short : norm (plus n Etilde) <= sigma + rho * sigma.
  Proof using All.
    apply (noise_and_rest U n Psi Z M_abs); try (now apply known_orthogonal_now); try assumption.
    - exact sizes_square.
    - exact mean_square.
    - exact mean_product.
    - exact rest_short.
  Qed.

  Lemma compare_shape_noise :
    inner Etilde Etilde + inner n n + 2 * inner Etilde n <= (sigma + rho * sigma) ^ 2.
  Proof using All.
    replace (inner Etilde Etilde + inner n n + 2 * inner Etilde n) with (inner (plus n Etilde) (plus n Etilde))
      by (rewrite inner_plus, !inner_plus_r, (inner_sym n Etilde); ring).
    apply square_at_most, noise_short.
  Qed.
End sizes.

(** * Near the gradient *)

Section reach.
  Variables (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC).
  Let V := lift Crd (fun _ => real_space).
  Variables A R_chi chi2 r rho sigma : R.
  Variables c_i dev_i ebar_i mu_i psi_i : history -> TC -> R.
  Variables Dev Ebar Psi b unit : process Smp Len (lift Crd (fun _ => real_space)).
  Hypothesis dev_at : forall h, taken Smp Len h -> forall c, support Crd c -> dev_i h c = (Dev h c : R).
  Hypothesis mu_at : forall h, taken Smp Len h -> forall c, support Crd c ->
    mu_i h c = (b h c : R) + r * (unit h c : R).
  Hypothesis psi_at : forall h, taken Smp Len h -> forall c, support Crd c -> psi_i h c = (Psi h c : R).
  Hypothesis drift_at : forall h, taken Smp Len h -> forall c, support Crd c -> ebar_i h c = (Ebar h c : R).
  Hypothesis r_nonneg : 0 <= r.
  Hypothesis unit_short : inner unit unit <= 1.
  Hypothesis unit_or_none : inner unit unit * r ^ 2 = r ^ 2.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis upper : forall h, taken Smp Len h -> forall c, support Crd c -> c_i h c <= rho.
  Hypothesis lower : forall h, taken Smp Len h -> forall c, support Crd c -> (-1) * rho <= c_i h c.
  Hypothesis drift_is : forall h, taken Smp Len h -> forall c, support Crd c -> ebar_i h c = c_i h c * psi_i h c.
  Hypothesis chi2_nonneg : 0 <= chi2.
  Hypothesis shape : forall h, taken Smp Len h -> forall c, support Crd c ->
    psi_i h c ^ 2 <= mu_i h c ^ 2 + chi2 * dev_i h c ^ 2.
  Hypothesis deviations : inner Dev Dev <= sigma ^ 2.
  Hypothesis A_is : A = inner unit unit * r ^ 2.
  Hypothesis R_nonneg : 0 <= R_chi.
  Hypothesis R_is : R_chi ^ 2 = A + chi2 * sigma ^ 2.

  Let F : process Smp Len (lift Crd (fun _ => real_space)) := scal r unit.

  Lemma gradient_square : norm F ^ 2 = A.
  Proof using A_is. unfold F. rewrite norm_sq, inner_scal, inner_scal_r, A_is. ring. Qed.

  Lemma level_is : shaped chi2 sigma (norm F ^ 2) = R_chi.
  Proof using All. rewrite gradient_square. now apply root_is. Qed.

  Lemma mean_sizes_short : inner Psi Psi <= inner (plus F b) (plus F b) + chi2 * inner Dev Dev.
  Proof using All.
    apply added_sum_le. intros h T c Hc.
    change ((Psi h c : R) * Psi h c <= (r * (unit h c : R) + (b h c : R)) * (r * (unit h c : R) + (b h c : R))
      + chi2 * ((Dev h c : R) * Dev h c)).
    pose proof (shape h T c Hc) as S. rewrite psi_at, mu_at, dev_at in S by assumption. lra.
  Qed.

  Lemma mean_drift_short : inner Ebar Ebar <= rho ^ 2 * inner Psi Psi.
  Proof using All.
    apply scaled_sum_le. intros h T c Hc.
    rewrite <- drift_at, drift_is, psi_at by assumption.
    pose proof (lower h T c Hc). pose proof (upper h T c Hc).
    assert (Small : Rabs (c_i h c) <= rho) by (apply Rabs_le; lra).
    exact (mean_element rho (c_i h c) (Psi h c) Small).
  Qed.

  Lemma near_enough B : norm b <= B -> norm (plus b Ebar) <= rho * R_chi + (1 + rho) * B.
  Proof using All.
    intros HB. rewrite <- level_is.
    apply (mean_drift_reach F b Psi Ebar Dev rho chi2 sigma B); try assumption.
    - exact mean_sizes_short.
    - exact mean_drift_short.
  Qed.

  Section reach_claim.
    Variable B_b : R.
    Hypothesis B_nonneg : 0 <= B_b.
    Hypothesis stale : inner b b <= B_b ^ 2.

    Lemma compare_shape_reach : inner Ebar Ebar + inner b b + 2 * inner Ebar b <= (B_b * (1 + rho) + R_chi * rho) ^ 2.
    Proof using All.
      replace (inner Ebar Ebar + inner b b + 2 * inner Ebar b) with (inner (plus b Ebar) (plus b Ebar))
        by (rewrite inner_plus, !inner_plus_r, (inner_sym b Ebar); ring).
      apply square_at_most. pose proof (near_enough B_b (norm_le b B_b B_nonneg stale)). lra.
    Qed.
  End reach_claim.

  (** * The feasible set *)

  Variables (TS : Type) (Stg : functional TS).
  Context {W' Z' : space}.
  Variables Delta K L Lambda1 Y a alpha f_first f_last f_star gain mean_next mean_now nu p q qn x : R.
  Variables f_next f_now : history -> R.
  Variables etilde_i m m_1 n_i s s_1 : history -> TC -> R.
  Variables (S_mj gamma chi : nat -> TS -> R) (beta : TS -> history -> R) (c_m s_m : nat -> R).
  Variables (pi : nat -> TS -> history -> R) (sqrt_d : nat -> nat -> R).
  Variables F_k n_k v_k : history -> lift Crd (fun _ => real_space).
  Variables Etilde M_abs Z n : process Smp Len (lift Crd (fun _ => real_space)).
  Variables (P omega : nat -> TS -> process Smp Len real_space) (Sdv Shn : nat -> lift Stg (fun _ => real_space)).
  Variables U W w z : nat -> nat -> process Smp Len W'.
  Variables (b__parts : lift Stg (fun _ => process Smp Len Z')) (b_m : TS -> process Smp Len Z').
  Variables (b_mk : TS -> history -> Z') (n_m v_m : nat -> process Smp Len W') (d_m : nat -> nat) (i : nat).
  Hypothesis some : (0 < Len)%nat.
  Hypothesis n_at : forall h, taken Smp Len h -> forall c, support Crd c -> n_i h c = (n h c : R).
  Hypothesis m1_at : forall h, taken Smp Len h -> forall c, support Crd c -> m_1 h c = (M_abs h c : R).
  Hypothesis m_at : forall h, taken Smp Len h -> forall c, support Crd c -> m h c = (Psi h c : R) + (Z h c : R).
  Hypothesis rest_at : forall h, taken Smp Len h -> forall c, support Crd c -> etilde_i h c = (Etilde h c : R).
  Hypothesis F_at : forall h, taken Smp Len h ->
    forall y : lift Crd (fun _ => real_space), inner (F_k h) y = r * inner (unit h) y.
  Hypothesis v_at : forall h, taken Smp Len h -> forall y : lift Crd (fun _ => real_space),
    inner (v_k h) y = inner (Ebar h) y + inner (b h) y + r * inner (unit h) y.
  Hypothesis noise_at : forall h, taken Smp Len h ->
    forall y : lift Crd (fun _ => real_space), inner (n_k h) y = inner (Etilde h) y + inner (n h) y.
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
  Hypothesis Psi_known : known Smp Len (lift Crd (fun _ => real_space)) 1 Psi.
  Hypothesis M_known : known Smp Len (lift Crd (fun _ => real_space)) 1 M_abs.
  Hypothesis Z_differences : differences Smp Len (lift Crd (fun _ => real_space)) Z.
  Hypothesis b_known : known Smp Len (lift Crd (fun _ => real_space)) 1 b.
  Hypothesis drift_known : known Smp Len (lift Crd (fun _ => real_space)) 1 Ebar.
  Hypothesis rest_differences : differences Smp Len (lift Crd (fun _ => real_space)) Etilde.
  Hypothesis stage_differences : forall j, differences Smp Len W' (n_m j).
  Hypothesis w_is : forall k j h, taken Smp Len h -> w k j h = delayed Smp Len W' (k + 1) (v_m j) h.
  Hypothesis z_is : forall k j h, taken Smp Len h -> z k j h = delayed Smp Len W' (k + 1) (n_m j) h.
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
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis smooth : forall h, taken Smp Len h -> f_next h <= f_now h
    + 1 / 2 * L * (inner (n_k h) (n_k h) * alpha ^ 2 * gain ^ 2 + inner (v_k h) (v_k h) * alpha ^ 2 * gain ^ 2
      + 2 * inner (n_k h) (v_k h) * alpha ^ 2 * gain ^ 2)
    + (-1) * inner (F_k h) (n_k h) * alpha * gain + (-1) * inner (F_k h) (v_k h) * alpha * gain.
  Hypothesis gain_pos : 0 < gain.
  Hypothesis x_is : x = L * alpha * gain.
  Hypothesis p_is : p = Delta * / K * / alpha * / gain.
  Hypothesis sign : forall h, taken Smp Len h -> forall c, support Crd c -> s h c ^ 2 = 1.
  Hypothesis size : forall h, taken Smp Len h -> forall c, support Crd c -> 0 <= m h c.
  Hypothesis sign_1 : forall h, taken Smp Len h -> forall c, support Crd c -> s_1 h c ^ 2 = 1.
  Hypothesis size_1 : forall h, taken Smp Len h -> forall c, support Crd c -> 0 <= m_1 h c.
  Hypothesis mean_is : forall h, taken Smp Len h -> forall c, support Crd c -> m_1 h c * s_1 h c = mu_i h c.
  Hypothesis sample_is : forall h, taken Smp Len h -> forall c, support Crd c -> m h c * s h c = mu_i h c + n_i h c.
  Hypothesis rest_is : forall h, taken Smp Len h -> forall c, support Crd c ->
    etilde_i h c = c_i h c * (m h c + (-1) * psi_i h c).
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis short : inner n n <= sigma ^ 2.
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
  Hypothesis Y_is : Y ^ 2 = inner Ebar Ebar + inner b b + 2 * inner Ebar b + inner unit unit * r ^ 2
    + 2 * inner Ebar unit * r + 2 * inner b unit * r.
  Hypothesis Lambda1_nonneg : 0 <= Lambda1.
  Hypothesis nu_nonneg : 0 <= nu.
  Hypothesis coherent : inner (Sdv i) (Sdv i) <= Lambda1 ^ 2 * Y ^ 2.
  Hypothesis martingale : inner (Shn i) (Shn i) <= nu ^ 2 * (1 + rho) ^ 2.
  Hypothesis a_is : a = inner Ebar unit + inner b unit + inner unit unit * r.
  Hypothesis q_is : q = Lambda1 * alpha * gain * (1 + rho).
  Hypothesis qn_is : qn = alpha * gain * nu * (1 + rho).

  Lemma Y_norm : norm (plus F (plus b Ebar)) = Y.
  Proof using Y_nonneg Y_is.
    apply root_is; [exact Y_nonneg|]. rewrite Y_is. unfold F.
    rewrite !inner_plus, !inner_plus_r, !inner_scal, !inner_scal_r, (inner_sym unit b), (inner_sym unit Ebar),
      (inner_sym b Ebar).
    ring.
  Qed.

  Lemma b_stale : norm b <= alpha * gain * (Lambda1 * Y + nu * (1 + rho)).
  Proof using All.
    unfold norm at 1. rewrite <- parts.
    assert (Step : 0 < alpha * gain) by (now apply Rmult_lt_0_compat).
    assert (Nu : 0 <= nu * (1 + rho)) by (apply Rmult_le_pos; lra).
    apply stages_stale with (v_m := v_m) (w := w) (U := U) (c_m := c_m) (d_m := d_m) (n_m := n_m) (z := z) (W := W)
      (s_m := s_m) (sqrt_d := sqrt_d) (S_mj := S_mj) (gamma := gamma) (chi := chi) (Sdv := Sdv) (Shn := Shn) (P := P)
      (omega := omega) (pi := pi) (b_m := b_m) (b_mk := b_mk) (beta := beta) (i := i); try assumption.
    - intros j m' Hm. rewrite Rpow_mult_distr. now apply far.
    - rewrite Rpow_mult_distr. exact martingale.
  Qed.

  Lemma total_noise : norm (plus n Etilde) <= (1 + rho) * sigma.
  Proof using All.
    replace ((1 + rho) * sigma) with (sigma + rho * sigma) by ring.
    apply (noise_short Smp Len TC Crd m m_1 mu_i n_i psi_i s s_1 M_abs Psi (plus F b) Z n) with (c_i := c_i)
      (etilde_i := etilde_i); try assumption.
    - intros h T c Hc. rewrite mu_at by assumption.
      change ((b h c : R) + r * (unit h c : R) = r * (unit h c : R) + (b h c : R)). ring.
    - apply (known_line Smp Len (lift Crd (fun _ => real_space)) 1 r unit b unit_known b_known).
  Qed.

  Lemma orthogonal_noise (X : process Smp Len (lift Crd (fun _ => real_space))) :
    known Smp Len (lift Crd (fun _ => real_space)) 1 X -> inner X (plus n Etilde) = 0.
  Proof using n_differences rest_differences.
    intros Kn. rewrite inner_plus_r, (inner_sym X n), (inner_sym X Etilde).
    rewrite (known_orthogonal_now n X n_differences Kn), (known_orthogonal_now Etilde X rest_differences Kn). ring.
  Qed.

  Lemma compare_shape_feasible :
    (A + Y ^ 2 + (-2) * a * r <= (R_chi * rho + Y * q + qn * (1 + rho)) ^ 2) /\
    (a * r <= p + 1 / 2 * x * (Y ^ 2 + sigma ^ 2 * (1 + rho) ^ 2)) /\ a ^ 2 <= Y ^ 2.
  Proof using All.
    pose proof total_noise as Noise. pose proof b_stale as Stale.
    destruct values as (f & Now & Next & E1 & E2 & _ & _ & EK). rewrite E1, E2 in *.
    assert (Step : 0 < alpha * gain) by (now apply Rmult_lt_0_compat).
    assert (p_seen : p = Delta * / K * / (alpha * gain)) by (rewrite p_is, Rinv_mult; ring).
    pose proof (start_cost Delta K (alpha * gain) p (f nil) f_star Len some Step EK gap p_seen) as Ep.
    destruct (run_shape Smp Len f f_star some bounded_below F b Ebar (plus n Etilde) unit (alpha * gain) L rho Lambda1
      nu sigma chi2 Step L_nonneg) as (_ & Short & I & II).
    - now apply unit_is.
    - apply orthogonal_noise. now apply known_scal.
    - now apply orthogonal_noise.
    - now apply orthogonal_noise.
    - exact Noise.
    - rewrite level_is, Y_norm. apply near_enough. apply Rle_trans with (1 := Stale), Req_le. ring.
    - intros h T. rewrite <- (Now h T), <- (Next h T).
      apply (descent_seen (F_k h) (v_k h) (n_k h)); [| | | specialize (smooth h T); lra]; intros y.
      + rewrite F_at by exact T. symmetry. apply (inner_scal r (unit h) y).
      + rewrite v_at by exact T.
        change (plus F (plus b Ebar) h) with (plus (scal r (unit h)) (plus (b h) (Ebar h))).
        rewrite !inner_plus, inner_scal. ring.
      + rewrite noise_at by exact T. change (plus n Etilde h) with (plus (n h) (Etilde h)).
        rewrite inner_plus. ring.
    - assert (Ea : inner unit (plus F (plus b Ebar)) = a).
      { rewrite a_is, !inner_plus_r, (inner_sym unit b), (inner_sym unit Ebar). unfold F. rewrite inner_scal_r. ring. }
      rewrite Y_norm, Ea in Short, I, II. rewrite level_is in I. rewrite gradient_square in I, II.
      rewrite (root_is r A r_nonneg) in I, II by (rewrite A_is; lra). rewrite Ep in II.
      split; [|split].
      + replace (R_chi * rho + Y * q + qn * (1 + rho)) with (rho * R_chi + (1 + rho) * (alpha * gain) * Lambda1 * Y
          + (1 + rho) * ((1 + rho) * (alpha * gain) * nu)) by (rewrite q_is, qn_is; ring). lra.
      + rewrite x_is. apply Rle_trans with (1 := II), Req_le. field.
      + rewrite <- (pow2_abs a). apply pow_incr. split; [apply Rabs_pos | exact Short].
  Qed.
End reach.

(** * The explicit form and the floor *)

Section point.
  Variables A R_chi Y a chi2 p q qn r rho sigma x : R.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis p_nonneg : 0 <= p.
  Hypothesis x_nonneg : 0 <= x.
  Hypothesis A_nonneg : 0 <= A.
  Hypothesis chi2_nonneg : 0 <= chi2.
  Hypothesis r_nonneg : 0 <= r.
  Hypothesis r_is : r ^ 2 = A.
  Hypothesis R_nonneg : 0 <= R_chi.
  Hypothesis R_is : R_chi ^ 2 = A + chi2 * sigma ^ 2.
  Hypothesis near : A + Y ^ 2 + (-2) * a * r <= (R_chi * rho + Y * q + qn * (1 + rho)) ^ 2.
  Hypothesis paid : a * r <= p + 1 / 2 * x * (Y ^ 2 + sigma ^ 2 * (1 + rho) ^ 2).
  Hypothesis x_below : x < 1.
  Hypothesis lag_short : x + q ^ 2 < 1.

  Lemma near_seen : A + Y ^ 2 - 2 * a * sqrt A <= (rho * shaped chi2 sigma A + q * Y + (1 + rho) * qn) ^ 2.
  Proof using All.
    unfold shaped. rewrite (root_is r A r_nonneg r_is), (root_is R_chi _ R_nonneg R_is).
    replace (rho * R_chi + q * Y + (1 + rho) * qn) with (R_chi * rho + Y * q + qn * (1 + rho)) by ring. lra.
  Qed.

  Lemma paid_seen : a * sqrt A <= p + x / 2 * (Y ^ 2 + ((1 + rho) * sigma) ^ 2).
  Proof using All.
    rewrite (root_is r A r_nonneg r_is). apply Rle_trans with (1 := paid), Req_le. field.
  Qed.

  Lemma widened_seen : / (1 + (-1) * x + (-1) * q ^ 2) * (1 + (-1) * x) = widened x q.
  Proof using All.
    unfold widened, Rdiv. rewrite Rmult_comm. f_equal; [ring|]. f_equal. ring.
  Qed.

  Section solved.
    Variables Q c0 c1 c2 : R.
    Hypothesis saturation_and_lag : rho ^ 2 + q ^ 2 * / (1 + (-1) * x) < 1.
    Hypothesis c2_is : c2 = 1 + (-1) * rho ^ 2 * / (1 + (-1) * x + (-1) * q ^ 2) * (1 + (-1) * x).
    Hypothesis c1_is : c1 = qn * rho * / (1 + (-1) * x + (-1) * q ^ 2) * (1 + rho) * (1 + (-1) * x).
    Hypothesis c0_is : c0 = 2 * p + chi2 * sigma ^ 2 + x * sigma ^ 2 * (1 + rho) ^ 2
      + qn ^ 2 * (1 + rho) ^ 2 * / (1 + (-1) * x + (-1) * q ^ 2) * (1 + (-1) * x).
    Hypothesis Q_nonneg : 0 <= Q.
    Hypothesis Q_is : Q ^ 2 = c1 ^ 2 + c0 * c2.

    Lemma compare_shape_explicit :
      (A <= 2 * p + x * sigma ^ 2 * (1 + rho) ^ 2 + (R_chi * rho + qn * (1 + rho)) ^ 2
        * / (1 + (-1) * x + (-1) * q ^ 2) * (1 + (-1) * x)) /\
      (R_chi <= / c2 * (Q + c1)) /\ (A <= / c2 ^ 2 * (Q + c1) ^ 2 + (-1) * chi2 * sigma ^ 2).
    Proof using All.
      assert (ER : shaped chi2 sigma A = R_chi) by (now apply root_is).
      assert (E2 : c2 = 1 - rho ^ 2 * widened x q) by (rewrite c2_is, <- widened_seen; ring).
      assert (H2 : 0 < c2).
      { rewrite E2. unfold widened. assert (V : 0 < 1 - x - q ^ 2) by lra.
        apply Rmult_lt_reg_r with (1 - x - q ^ 2); [exact V|]. rewrite Rmult_0_l.
        replace ((1 - rho ^ 2 * ((1 - x) / (1 - x - q ^ 2))) * (1 - x - q ^ 2))
          with ((1 - x) * (1 - (rho ^ 2 + q ^ 2 * / (1 + (-1) * x)))) by (field; lra).
        apply Rmult_lt_0_compat; lra. }
      destruct (shape_explicit p x sigma chi2 rho q qn A Y a near_seen paid_seen A_nonneg lag_short
        chi2_nonneg c0 c1 c2 Q H2 E2) as [B1 B2]; try assumption.
      - rewrite c1_is, <- widened_seen. ring.
      - rewrite c0_is, <- widened_seen. ring.
      - rewrite Q_is. ring.
      - rewrite ER in B1. pose proof (shape_young p x sigma chi2 rho q qn A Y a near_seen paid_seen lag_short) as Yg.
        rewrite ER, <- widened_seen in Yg. split; [|split].
        + apply Rle_trans with (1 := Yg), Req_le. ring.
        + apply Rle_trans with (1 := B1), Req_le. unfold Rdiv. ring.
        + apply Rle_trans with (1 := B2), Req_le. field. lra.
    Qed.
  End solved.

  Lemma compare_shape_floor (t : R) : 0 < t ->
    A * (1 + (-1) * rho ^ 2 * / (1 + (-1) * x + (-1) * q ^ 2) * (1 + t) * (1 + (-1) * x))
      <= 2 * p + x * sigma ^ 2 * (1 + rho) ^ 2
        + qn ^ 2 * (1 + rho) ^ 2 * / (1 + (-1) * x + (-1) * q ^ 2) * (1 + / t) * (1 + (-1) * x)
        + chi2 * rho ^ 2 * sigma ^ 2 * / (1 + (-1) * x + (-1) * q ^ 2) * (1 + t) * (1 + (-1) * x).
  Proof using All.
    intros Ht.
    pose proof (shape_floor p x sigma chi2 rho q qn A Y a near_seen paid_seen A_nonneg lag_short x_below chi2_nonneg t
      Ht) as B.
    rewrite <- widened_seen in B. lra.
  Qed.
End point.
